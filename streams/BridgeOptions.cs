namespace Roost.Streams;

/// <summary>One entry of the bridge: topics that are carried between the broker here and the cloud's.</summary>
public sealed class BridgeOptions
{
    /// <summary>Names the entry in status, metrics and logs, and its queue on the disk: keep it when the rest changes. Null: <c>bridge</c>; entries after the first need their own.</summary>
    public string? Name { get; set; }

    /// <summary>Topic filters, without the prefixes. A shared one (<c>$share/group/filter</c>) is subscribed to as such in the cloud; for direction in.</summary>
    public IList<string> Topics { get; set; } = [];

    public BridgeDirection Direction { get; set; }

    /// <summary>Highest quality of service; messages below it keep theirs. Default 1.</summary>
    public int Qos { get; set; } = 1;

    /// <summary>Stands before the topics here, as it is: end it with a slash to make it a level of its own.</summary>
    public string LocalPrefix { get; set; } = "";

    /// <summary>Stands before the topics in the cloud.</summary>
    public string RemotePrefix { get; set; } = "";

    /// <summary>Messages published to be retained are so on the other side too. Default true.</summary>
    public bool Retain { get; set; } = true;

    /// <summary>Messages of QoS 0 are kept for the cloud like others, and sent at QoS 1. Default false: they go while there is a connection, and are dropped, counted, while there is none.</summary>
    public bool QueueQos0 { get; set; }

    /// <summary>Of an entry that carries messages out.</summary>
    public BridgeQueueOptions Queue { get; set; } = new();

    internal string EffectiveName => Name ?? "bridge";

    internal bool CarriesOut => Direction is BridgeDirection.Out or BridgeDirection.Both;

    internal bool CarriesIn => Direction is BridgeDirection.In or BridgeDirection.Both;
}
