namespace Roost.Mqtt;

/// <summary>One client's session at one moment.</summary>
public sealed record ClientDescription
{
    public required string ClientIdentifier { get; init; }

    /// <summary>Whose session it is; null: an anonymous client's.</summary>
    public string? Identity { get; init; }

    /// <summary>By what the client was known when it last came; null: by nothing, or not since a restart.</summary>
    public string? Credential { get; init; }

    /// <summary>Of the connection; null while the client is away.</summary>
    public ConnectionDescription? Connection { get; init; }

    /// <summary>Since when the client is here, or away; null: since a time that a restart has made unknown.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Of its last connection.</summary>
    public MqttProtocolVersion ProtocolVersion { get; init; }

    /// <summary>How long the session outlives its connection; zero: not at all.</summary>
    public TimeSpan SessionExpiry { get; init; }

    /// <summary>Until the session of a client that is away ends.</summary>
    public TimeSpan? SessionExpiresIn { get; init; }

    public int SubscriptionCount { get; init; }

    /// <summary>QoS 1 and 2 messages that it has not acknowledged, those in flight included.</summary>
    public int QueuedMessages { get; init; }

    /// <summary>What those of them that are kept count for in the limits.</summary>
    public long QueuedBytes { get; init; }

    /// <summary>Of those, what has been sent on this connection.</summary>
    public int InflightMessages { get; init; }

    /// <summary>QoS 2 messages from the client whose PUBREL has not come.</summary>
    public int InboundMessages { get; init; }

    /// <summary>Messages that did not get to it, or were not taken from it, since its session began or the process started.</summary>
    public required DropCounts Drops { get; init; }
}
