namespace Roost.LocalLambda;

/// <summary>A program of the machine's that functions run with.</summary>
/// <param name="Version">Null where it is not there.</param>
public sealed record FunctionInterpreter(string Name, string Path, string? Version);
