namespace Roost.Streams;

/// <summary>A producer's batch is not the one that comes next, and none that is remembered; nothing was appended.</summary>
public sealed class OutOfSequenceException(StreamName stream, ProducerSequence got, long expectedEpoch, long expectedSequence, string why)
    : Exception($"Stream '{stream}', producer '{got.Producer}': epoch {got.Epoch}, sequence {got.Sequence} {why}. Expected is epoch {expectedEpoch}, sequence {expectedSequence}.")
{
    public StreamName Stream { get; } = stream;

    public long ExpectedEpoch { get; } = expectedEpoch;

    public long ExpectedSequence { get; } = expectedSequence;
}
