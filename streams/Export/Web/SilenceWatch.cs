using Roost.Streams.Export.Pacing;

namespace Roost.Streams.Export.Web;

/// <summary>
/// Ends a request that stands still. A limit for the whole would end a megabyte on a slow link that is well under way; a limit for each
/// step of the answer would let a server dribble for ever. So each step of the sending starts the time anew, and nothing after it does.
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    private readonly CancellationToken _stop;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;

    public SilenceWatch(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        _stop = cancellationToken;
        _limit = limit;
        _silence = new CancellationTokenSource(limit, clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>A part of the request went out.</summary>
    public void Sent() => _silence.CancelAfter(_limit);

    /// <summary>Waits until so many bytes may go. That takes as long as the limits say, and is no silence of the other side.</summary>
    public async ValueTask PaceAsync(ExportPace? pace, int bytes)
    {
        if (pace is { LimitsBytes: true })
        {
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
            await pace.TakeBytesAsync(bytes, _stop);
            Sent();
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
