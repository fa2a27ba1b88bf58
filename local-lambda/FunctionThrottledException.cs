namespace Roost.LocalLambda;

/// <summary>The invocation was not taken, because the function has as much to do as it may have. Trying again later is right.</summary>
public sealed class FunctionThrottledException(string name, string reason, Exception? innerException = null)
    : Exception($"Function {name} takes no more invocations now: {reason}.", innerException)
{
    public string Name { get; } = name;

    /// <summary>True where the function's queue is full, or cannot take more now; false where too much of the function is under way.</summary>
    public bool IsQueue { get; init; }
}
