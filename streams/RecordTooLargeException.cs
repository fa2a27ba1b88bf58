namespace Roost.Streams;

/// <summary>A record is larger than its stream allows; nothing was appended.</summary>
public sealed class RecordTooLargeException(StreamName stream, long bytes, int mostBytes)
    : Exception($"A record for stream '{stream}' has {bytes} bytes; it takes at most {mostBytes}. Split the record, or raise 'streams.{stream}.max-record'.")
{
    public StreamName Stream { get; } = stream;
}
