namespace Roost.LocalLambda.Isolation;

/// <summary>One process to start.</summary>
/// <param name="Input">What it reads on its standard input; empty for nothing.</param>
internal sealed record LaunchPlan(string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingFolder, byte[] Input);
