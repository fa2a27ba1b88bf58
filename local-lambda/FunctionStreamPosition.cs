namespace Roost.LocalLambda;

/// <summary>How far a function has come in a stream that feeds it.</summary>
/// <param name="NextOffset">All records below it are done.</param>
/// <param name="Problem">Why it does not move, null when it does or has nothing to do.</param>
public sealed record FunctionStreamPosition(string Function, long NextOffset, string? Problem);
