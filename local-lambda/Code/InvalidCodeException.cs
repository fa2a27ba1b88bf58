namespace Roost.LocalLambda.Code;

/// <summary>Code that cannot be taken: too large, or with what does not belong into a function. The message says what, where, and what to do.</summary>
internal sealed class InvalidCodeException(string message, IReadOnlyList<string>? faults = null) : Exception(message)
{
    /// <summary>What the message is put together from, where it is several things.</summary>
    public IReadOnlyList<string> Faults { get; } = faults ?? [];
}
