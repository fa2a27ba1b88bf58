using Roost.Shadow.Journal;

namespace Roost.Shadow.Watching;

/// <summary>
/// The changes that somebody has not taken yet, bounded in bytes. Where they do not fit, only the newest of each shadow stays; where even these do not,
/// none does and <see cref="TryTake"/> says so: the journal has them all.
/// </summary>
/// <remarks>Changes are offered by <see cref="ShadowWatch"/> and taken by one reader.</remarks>
internal sealed class ShadowWatcher(ShadowWatch watch, ShadowScope scope, string peer) : IDisposable
{
    private readonly Lock _gate = new();
    private List<PendingChange> _pending = [];
    private int _bytes;
    private bool _isBehind;
    private TaskCompletionSource _signal = NewSignal();

    public ShadowScope Scope { get; } = scope;

    public string Peer { get; } = peer;

    public void Offer(ShadowChange change)
    {
        lock (_gate)
        {
            if (_isBehind)
            {
                return;
            }

            var pending = new PendingChange(change, Skipped: 0);
            _pending.Add(pending);
            _bytes += pending.Bytes;
            if (_bytes > Scope.MaxPendingBytes)
            {
                Shrink();
            }

            _signal.TrySetResult();
        }
    }

    /// <summary>Changes may have been missed: the reader is to take them from the journal.</summary>
    public void FallBehind()
    {
        lock (_gate)
        {
            _isBehind = true;
            _pending = [];
            _bytes = 0;
            _signal.TrySetResult();
        }
    }

    /// <summary>What has come since the last call.</summary>
    /// <param name="isBehind">There were more than fit; nothing of it is here.</param>
    public List<PendingChange> Take(out bool isBehind)
    {
        lock (_gate)
        {
            var taken = _pending;
            (isBehind, _isBehind, _pending, _bytes) = (_isBehind, false, [], 0);
            if (_signal.Task.IsCompleted)
            {
                _signal = NewSignal();
            }

            return taken;
        }
    }

    /// <returns>False when nothing has come in that time.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        Task signal;
        lock (_gate)
        {
            signal = _signal.Task;
        }

        await signal.WaitAsync(longest, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return signal.IsCompleted;
    }

    public void Dispose() => watch.Remove(this);

    // To half of the bound, so that this is not done again for each change.
    private void Shrink()
    {
        _pending = PendingChange.Newest(_pending);
        _bytes = _pending.Sum(pending => pending.Bytes);
        if (_bytes > Scope.MaxPendingBytes / 2)
        {
            FallBehind();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
