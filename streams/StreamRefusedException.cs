namespace Roost.Streams;

/// <summary>The stream is there but cannot be used this way: no longer configured, the system's own, damaged, or closed.</summary>
public sealed class StreamRefusedException(StreamName stream, string message) : Exception(message)
{
    public StreamName Stream { get; } = stream;
}
