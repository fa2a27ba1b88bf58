namespace Roost.LocalLambda;

/// <summary>A function as an operator sees it.</summary>
/// <param name="State"><c>ready</c>, or <c>failed</c> with <paramref name="Faults"/> saying why.</param>
/// <param name="Faults">Each with file, line, key, value and remedy. Empty for a function that is ready.</param>
/// <param name="Notes">What is odd but no fault, such as an interpreter of another minor version.</param>
/// <param name="Queued">Asynchronous invocations that wait, those that run included.</param>
public sealed record FunctionStatus(
    string Name, string Arn, string State, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes, string? Runtime, string? Handler,
    long MemoryBytes, TimeSpan Timeout, int Workers, int Busy, int Waiting, long Queued);
