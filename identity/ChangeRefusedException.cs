namespace Roost.Identity;

/// <summary>A change that was asked for is not made, and nothing was changed. The message is for whoever asked: what is wrong, and what to do.</summary>
public sealed class ChangeRefusedException(ChangeFault fault, string message) : Exception(message)
{
    public ChangeFault Fault { get; } = fault;
}
