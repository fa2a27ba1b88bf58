namespace Roost.LocalLambda;

/// <summary>What stands between functions and the machine, as it was found out when the daemon started.</summary>
/// <param name="Mode"><c>sandbox</c>; <c>none</c>, as the configuration asks; or <c>impossible</c>, and no function runs.</param>
/// <param name="SystemCalls"><c>filtered</c>, or <c>all</c>.</param>
/// <param name="Memory">Who bounds it: <c>control group</c>, or <c>watch</c>: a limit for each process, and a look at all together from time to time.</param>
/// <param name="Processes"><c>control group</c>, <c>process limit</c> or <c>watch</c>.</param>
/// <param name="Processor"><c>control group</c>, or <c>unbounded</c>: what a function.yaml says of <c>cpu</c> has no effect.</param>
/// <param name="Weaknesses">Why it is not all that it could be, each with a remedy. Empty when it is.</param>
public sealed record FunctionIsolation(string Mode, string SystemCalls, string Memory, string Processes, string Processor, IReadOnlyList<string> Weaknesses);
