namespace Roost.LocalLambda;

/// <summary>Functions have caused one another too often in one chain; <see cref="FunctionTrace"/> counts. Trying again does not help.</summary>
public sealed class FunctionLoopException(string name)
    : Exception($"Function {name} is not run: functions have caused one another {FunctionTrace.MaxPasses} times in a chain that leads here, which looks like a loop.")
{
    public string Name { get; } = name;
}
