namespace Roost.LocalLambda.Output;

/// <summary>How a function's invocations ended in the last five minutes, and the errors that it had last. Thread-safe.</summary>
internal sealed class RecentOutcomes(TimeProvider clock)
{
    public const int Minutes = 5;

    private const int MaxErrors = 5;
    private const int MaxMessageLength = 300;

    private readonly Lock _gate = new();
    private readonly (long Minute, int Invocations, int Errors)[] _minutes = new (long, int, int)[Minutes];
    private readonly Queue<FunctionError> _errors = new(MaxErrors);

    /// <param name="message">What the error says; cut where it is long.</param>
    public void Add(string requestId, string version, in InvocationReport report, string? message)
    {
        var minute = Now();
        lock (_gate)
        {
            ref var slot = ref _minutes[minute % Minutes];
            if (slot.Minute != minute)
            {
                slot = (minute, 0, 0);
            }

            slot.Invocations++;
            if (!report.Failed)
            {
                return;
            }

            slot.Errors++;
            if (_errors.Count == MaxErrors)
            {
                _errors.Dequeue();
            }

            _errors.Enqueue(new FunctionError(clock.GetUtcNow(), requestId, version, report.ErrorType ?? "", message is { Length: > MaxMessageLength } ? message[..MaxMessageLength] : message ?? ""));
        }
    }

    public (int Invocations, int Errors, IReadOnlyList<FunctionError> Last) Read()
    {
        var oldest = Now() - Minutes;
        lock (_gate)
        {
            var (invocations, errors) = (0, 0);
            foreach (var slot in _minutes)
            {
                (invocations, errors) = slot.Minute > oldest ? (invocations + slot.Invocations, errors + slot.Errors) : (invocations, errors);
            }

            return (invocations, errors, [.. _errors]);
        }
    }

    // From 1970 on, so that a minute is never nought. By the clock on the wall: one that is set costs five minutes of figures.
    private long Now() => clock.GetUtcNow().ToUnixTimeSeconds() / 60;
}
