namespace Roost.Streams.Export.Pacing;

/// <summary>How fast one export may go: its own limits, and its share of what all exports have together.</summary>
internal sealed class ExportPace(ExportLimitOptions limit, int priority, SharedBandwidth? shared, TimeProvider clock)
{
    /// <summary>With little at a time a slow link stays smooth, and an export of a higher priority waits for no more than this: a second at 64 kbit/s.</summary>
    public const int PieceBytes = 8 * 1024;

    private readonly TokenBucket? _records = limit.Rate is { } rate ? new TokenBucket(rate, clock) : null;
    private readonly TokenBucket? _bytes = limit.BandwidthBytes is { } bandwidth ? new TokenBucket(bandwidth, clock) : null;

    public bool LimitsBytes => _bytes is not null || shared is not null;

    public Task TakeRecordsAsync(int records, CancellationToken cancellationToken) => WaitAsync(_records, records, cancellationToken);

    /// <summary>Waits until so many bytes may go; taken in pieces, so that others get their turn in between.</summary>
    public async ValueTask TakeBytesAsync(int bytes, CancellationToken cancellationToken)
    {
        for (; LimitsBytes && bytes > 0; bytes -= PieceBytes)
        {
            var piece = Math.Min(bytes, PieceBytes);
            await WaitAsync(_bytes, piece, cancellationToken);
            if (shared is not null)
            {
                await shared.TakeAsync(priority, piece, cancellationToken);
            }
        }
    }

    private Task WaitAsync(TokenBucket? bucket, int amount, CancellationToken cancellationToken) =>
        bucket?.Take(amount) is { } wait && wait > TimeSpan.Zero ? Task.Delay(wait, clock, cancellationToken) : Task.CompletedTask;
}
