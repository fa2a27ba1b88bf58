namespace Roost.LocalLambda;

/// <summary>An invocation that failed.</summary>
/// <param name="Type">As the runtime or its keeper names it; empty when it does not.</param>
public sealed record FunctionError(DateTimeOffset Time, string RequestId, string Version, string Type, string Message);
