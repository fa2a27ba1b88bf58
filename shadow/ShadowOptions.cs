namespace Roost.Shadow;

/// <summary>Settings of the shadows; the defaults are the cloud's limits, but for those of speed.</summary>
public sealed class ShadowOptions
{
    public const string Section = "Shadows";

    /// <summary>What metrics call the log of accepted changes: the name of its folder.</summary>
    public const string JournalName = "journal";

    /// <summary>Folder that holds <c>shadows.db</c> and the journal, made when it is missing; the daemon takes it from its data folder. Default <c>shadows</c>.</summary>
    public string Folder { get; set; } = "shadows";

    /// <summary>Largest document: desired and reported after the merge as compact JSON, in bytes, without metadata. Default 8 KiB.</summary>
    public int MaxDocumentBytes { get; set; } = 8 * 1024;

    /// <summary>Named shadows a thing may have. Default 10.</summary>
    public int MaxNamed { get; set; } = 10;

    /// <summary>Levels of nesting in desired and in reported. Default 6.</summary>
    public int MaxDepth { get; set; } = 6;

    /// <summary>
    /// Requests for one thing that one MQTT client may have sent and not yet seen answered; 0 for any number. Default 1000, which a client
    /// at QoS 1 cannot exceed anyway (<c>receive-max</c>): only a flood at QoS 0 meets it.
    /// </summary>
    public int MaxInflight { get; set; } = 1000;

    /// <summary>Requests a second for one thing, from all its clients; as many may come at once. Default 0: no limit.</summary>
    public int RatePerThing { get; set; }

    /// <summary>HTTP clients that may wait for changes, or be sent them, at once; one peer has at most half of the places. Default 2000.</summary>
    public int MaxWatchers { get; set; } = 2000;

    /// <summary>What an update is safe from once it is accepted. Default <see cref="Storage.Durability.PowerLoss"/>.</summary>
    public Storage.Durability Durability { get; set; } = Storage.Durability.PowerLoss;

    /// <summary>
    /// How long a change waits for others to share a sync of the disk with, and who asked for it for his answer. Default 0: those that come while the disk is busy share one. At most 1 s;
    /// without effect where <see cref="Durability"/> promises less.
    /// </summary>
    public TimeSpan Gather { get; set; }

    /// <summary>What the journal of accepted changes keeps, which is also the stream <c>$shadows</c>.</summary>
    public ShadowHistoryOptions History { get; set; } = new();
}
