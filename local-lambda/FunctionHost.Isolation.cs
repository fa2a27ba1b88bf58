using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda;

/// <summary>What an operator can find out about what stands around functions.</summary>
public sealed partial class FunctionHost
{
    /// <summary>Null before the start and after the stop.</summary>
    public FunctionIsolation? Isolation => _engine is { } engine ? Describe(engine) : null;

    /// <summary>Asks the machine's programs for their versions: starts each once.</summary>
    public static IReadOnlyList<FunctionInterpreter> FindInterpreters() =>
    [
        .. new[] { ("Python", "/usr/bin/python3"), ("Node.js", "/usr/bin/node"), ("bubblewrap", Sandbox.Bubblewrap) }
            .Select(program => new FunctionInterpreter(program.Item1, program.Item2, File.Exists(program.Item2) ? Interpreters.VersionOf(program.Item2) : null)),
    ];

    private FunctionIsolation Describe(Engine engine)
    {
        const string Group = "control group";
        var isolated = _options.Isolation == IsolationMode.Required;
        List<string> weaknesses = [];
        if (!isolated)
        {
            weaknesses.Add("functions run with all rights of the daemon's user; remove functions: isolation: none from the configuration");
        }
        else if (_isolationFault is { } fault)
        {
            weaknesses.Add(fault);
        }

        if (engine.Groups is not { LimitsMemory: true })
        {
            weaknesses.Add($"memory is bounded for each process, and looked at from time to time as a whole: {engine.NoMemoryGroups}");
        }

        var runsAsRoot = Environment.UserName == "root";
        if (runsAsRoot)
        {
            weaknesses.Add("the daemon runs as root, for whom the kernel bounds no number of processes; run it as a user of its own");
        }

        return new FunctionIsolation(
            isolated ? _isolationFault is null ? "sandbox" : "impossible" : "none",
            isolated ? "filtered" : "all",
            engine.Groups is { LimitsMemory: true } ? Group : "watch",
            engine.Groups is { LimitsProcesses: true } ? Group : runsAsRoot || !isolated ? "watch" : "process limit",
            engine.Groups is { LimitsProcessor: true } ? Group : "unbounded",
            weaknesses);
    }
}
