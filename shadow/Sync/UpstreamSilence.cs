namespace Roost.Shadow.Sync;

/// <summary>
/// Notices an upstream that answers nobody: a broker without a shadow service, say. Then one request at a time asks whether it has
/// changed, ever more seldom, in place of one for each shadow. Any message ends it. Any thread.
/// </summary>
internal sealed class UpstreamSilence(TimeSpan longest, TimeProvider clock, Random random)
{
    private const int Enough = 3;
    private readonly Lock _gate = new();
    private int _unanswered;
    private TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSilent => Volatile.Read(ref _unanswered) >= Enough;

    /// <returns>True when this made it silent.</returns>
    public bool Unanswered()
    {
        lock (_gate)
        {
            return ++_unanswered == Enough;
        }
    }

    public void Heard()
    {
        if (Volatile.Read(ref _unanswered) == 0)
        {
            return;
        }

        lock (_gate)
        {
            _unanswered = 0;
            _heard.TrySetResult();
        }
    }

    /// <summary>Completes at once, or after a wait while the upstream is silent.</summary>
    /// <exception cref="OperationCanceledException">The waiting was ended.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        Task heard;
        lock (_gate)
        {
            if (_unanswered < Enough)
            {
                return;
            }

            wait = TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(_unanswered - Enough, 30)))) * (0.5 + (random.NextDouble() / 2));
            if (_heard.Task.IsCompleted)
            {
                _heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            heard = _heard.Task;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(heard, Task.Delay(wait, clock, ended.Token));
        await ended.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
