namespace Roost.Streams;

/// <summary>The stream is there but cannot be used this way: no longer configured, the system's own, damaged, or closed.</summary>
public sealed class StreamRefusedException(StreamName stream, string message, bool isFault) : Exception(message)
{
    public StreamName Stream { get; } = stream;

    /// <summary>True: the stream itself cannot be used now. False: it can, but not for this.</summary>
    public bool IsFault { get; } = isFault;

    /// <summary>True: the stream was deleted, and this is one that had its name.</summary>
    public bool IsDeleted { get; init; }
}
