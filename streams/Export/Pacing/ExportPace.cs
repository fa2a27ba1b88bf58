namespace Roost.Streams.Export.Pacing;

/// <summary>How fast one export may go: its own limits, and its share of what all exports have together.</summary>
internal sealed class ExportPace(ExportLimitOptions limit, int priority, SharedBandwidth? shared, TimeProvider clock)
{
    private readonly TokenBucket? _records = limit.Rate is { } rate ? new TokenBucket(rate, clock) : null;
    private readonly TokenBucket? _bytes = limit.Bandwidth is { } bandwidth ? new TokenBucket(bandwidth, clock) : null;

    public bool LimitsBytes => _bytes is not null || shared is not null;

    public Task TakeRecordsAsync(int records, CancellationToken cancellationToken) => WaitAsync(_records, records, cancellationToken);

    /// <summary>Waits until so many bytes may go. Those who send much ask for a little at a time: see <see cref="PacedStream"/>.</summary>
    public async ValueTask TakeBytesAsync(int bytes, CancellationToken cancellationToken)
    {
        await WaitAsync(_bytes, bytes, cancellationToken);
        if (shared is not null)
        {
            await shared.TakeAsync(priority, bytes, cancellationToken);
        }
    }

    /// <summary>The bytes as a stream that is read no faster than they may go.</summary>
    public Stream Open(ReadOnlyMemory<byte> bytes) => new PacedStream(bytes, this);

    private Task WaitAsync(TokenBucket? bucket, int amount, CancellationToken cancellationToken) =>
        bucket?.Take(amount) is { } wait && wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
}
