namespace Roost.LocalLambda.Workers.Spares;

/// <summary>What a spare waits for: the environment of the function that it becomes. It is given once, and handed out once.</summary>
/// <param name="stagingFolder">What the spare sees as the function's code: empty until it is known which.</param>
internal sealed class Assignment(string stagingFolder)
{
    private readonly TaskCompletionSource<byte[]> _environment = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;
    private volatile bool _delivered;

    public string StagingFolder { get; } = stagingFolder;

    /// <summary>True once the spare's interpreter runs and waits.</summary>
    public bool IsAwaited => Volatile.Read(ref _asked) != 0;

    public bool IsGiven => _environment.Task.IsCompleted;

    /// <summary>True once the spare has said that it has it: from then on it is a worker like any other.</summary>
    public bool IsDelivered => _delivered;

    /// <returns>False when it was asked before.</returns>
    public bool TryAsk(out Task<byte[]> environment)
    {
        environment = _environment.Task;
        return Interlocked.Exchange(ref _asked, 1) == 0;
    }

    /// <param name="environment">A JSON object of variables.</param>
    public void Give(byte[] environment) => _environment.TrySetResult(environment);

    public void Deliver() => _delivered = true;
}
