namespace Roost.Streams;

/// <summary>One entry of the bridge, as operators see it at one moment. Counters begin with the process.</summary>
public sealed record BridgeStatus
{
    public required string Name { get; init; }

    public required BridgeDirection Direction { get; init; }

    /// <summary>As written.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Messages that the cloud has acknowledged, or at QoS 0 was sent.</summary>
    public long MessagesOut { get; init; }

    public long BytesOut { get; init; }

    /// <summary>Messages that the broker here has taken.</summary>
    public long MessagesIn { get; init; }

    public long BytesIn { get; init; }

    /// <summary>Messages on the disk that the cloud has not acknowledged.</summary>
    public long Queued { get; init; }

    /// <summary>What the queue takes on the disk.</summary>
    public long QueueBytes { get; init; }

    /// <summary>Messages sent once more.</summary>
    public long Retried { get; init; }

    /// <summary>Messages from here that were not carried, by reason; see docs/bridge.md.</summary>
    public IReadOnlyDictionary<string, long> DroppedOut { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>The same, of messages from the cloud.</summary>
    public IReadOnlyDictionary<string, long> DroppedIn { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Subscriptions that the cloud refuses, and why.</summary>
    public IReadOnlyDictionary<string, string> Refused { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What keeps the entry from working, in words; null when nothing does.</summary>
    public string? Fault { get; init; }
}
