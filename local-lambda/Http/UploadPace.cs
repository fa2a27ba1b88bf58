namespace Roost.LocalLambda.Http;

/// <summary>
/// Ends the receiving of a zip that comes too slowly. There are only a few places for that, and a few clients that send a byte now and then would keep everybody
/// else from deploying.
/// </summary>
internal sealed class UploadPace : IDisposable
{
    /// <summary>Of the whole request on average, beside <see cref="Grace"/>: what a poor mobile connection does.</summary>
    public const int LeastBytesPerSecond = 16 * 1024;

    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _clock;
    private readonly CancellationToken _aborted;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _either;
    private readonly long _since;
    private long _bytes;

    /// <param name="aborted">The client has gone.</param>
    public UploadPace(TimeProvider clock, CancellationToken aborted)
    {
        (_clock, _aborted, _since) = (clock, aborted, clock.GetTimestamp());
        _late = new CancellationTokenSource(Grace, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(aborted, _late.Token);
    }

    /// <summary>Cancelled when the client has gone or is too slow: <see cref="IsTooSlow"/> tells.</summary>
    public CancellationToken Token => _either.Token;

    public bool IsTooSlow => _late.IsCancellationRequested && !_aborted.IsCancellationRequested;

    public static string Fault => $"The zip comes slower than {LeastBytesPerSecond / 1024} KiB a second, and others wait for its place.";

    public void Add(long bytes)
    {
        _bytes += bytes;
        var left = Grace + TimeSpan.FromSeconds(_bytes / (double)LeastBytesPerSecond) - _clock.GetElapsedTime(_since);
        if (left > TimeSpan.Zero)
        {
            _late.CancelAfter(left);
        }
        else
        {
            _late.Cancel();
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _late.Dispose();
    }
}
