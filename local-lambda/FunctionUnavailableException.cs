namespace Roost.LocalLambda;

/// <summary>The function exists and cannot run: it failed to load, this machine cannot isolate it, or the daemon is stopping.</summary>
public sealed class FunctionUnavailableException(string name, string reason) : Exception($"Function {name} cannot run: {reason}")
{
    public string Name { get; } = name;

    /// <summary>What the reason is put together from, where it is several things.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}
