namespace Roost.LocalLambda;

/// <summary>A function as an operator sees it.</summary>
/// <param name="State"><c>ready</c>, or <c>failed</c> with <paramref name="Faults"/> saying why.</param>
/// <param name="Faults">Each with file, line, key, value and remedy. Empty for a function that is ready.</param>
/// <param name="Notes">What is odd but no fault, such as an interpreter of another minor version.</param>
/// <param name="Queued">Asynchronous invocations that wait, those that run included.</param>
public sealed record FunctionStatus(
    string Name, string Arn, string State, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes, string? Runtime, string? Handler,
    long MemoryBytes, TimeSpan Timeout, int Workers, int Busy, int Waiting, long Queued)
{
    /// <summary>Of those queued: events that failed, or could not be run or delivered, and wait for their next try.</summary>
    public int Retrying { get; init; }

    /// <summary>Streams that feed it and do not exist.</summary>
    public IReadOnlyList<string> MissingStreams { get; init; } = [];

    /// <summary>Events that were given up, kept until they are replayed or deleted.</summary>
    public int DeadLetters { get; init; }

    /// <summary>Workers that have not asked for their first event.</summary>
    public int Starting { get; init; }

    /// <summary>Workers that have nothing to do.</summary>
    public int Idle { get; init; }

    /// <summary>Of the worker that has used most at one time; 0 while none has reported.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>In the last five minutes.</summary>
    public int RecentInvocations { get; init; }

    /// <summary>In the last five minutes.</summary>
    public int RecentErrors { get; init; }

    /// <summary>The newest five, oldest first.</summary>
    public IReadOnlyList<FunctionError> LastErrors { get; init; } = [];
}
