namespace Roost.Streams.Records;

/// <summary>A batch that is not durable as a whole yet. Offsets first and last included.</summary>
internal sealed class OpenBatch(long first, long last)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long First { get; } = first;

    public long Last { get; } = last;

    /// <summary>Completes when the batch is durable, or has failed; never faults.</summary>
    public Task Ended => _ended.Task;

    public void SetEnded() => _ended.TrySetResult();
}
