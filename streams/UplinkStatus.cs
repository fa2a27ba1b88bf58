namespace Roost.Streams;

/// <summary>The connection to the cloud, as operators see it at one moment.</summary>
public sealed record UplinkStatus
{
    public static UplinkStatus Off { get; } = new() { State = UplinkState.Off };

    public required UplinkState State { get; init; }

    /// <summary>Host and port, of the one that is connected or tried; null when none is configured.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Null while there is no connection.</summary>
    public DateTimeOffset? ConnectedSince { get; init; }

    /// <summary>When the last connection ended, or the first attempt failed; null while connected, and before there was either.</summary>
    public DateTimeOffset? AwaySince { get; init; }

    /// <summary>Failed attempts since the last connection; 0 while connected.</summary>
    public int Attempts { get; init; }

    /// <summary>Why the last attempt failed or the last connection ended, in words; it stays after a reconnect. Null when nothing failed yet.</summary>
    public string? LastError { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    /// <summary>There is no connection, over something that waiting does not mend: credentials, a certificate, a server that will not have us.</summary>
    public bool NeedsOperator { get; init; }

    /// <summary>When the next attempt is due; null while connected or connecting.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }
}
