using Roost.Storage;

namespace Roost.Identity.Tests.Certificates;

/// <summary>A machine whose clock a time server has set, or not.</summary>
internal sealed class SettableMachineTime : MachineTime
{
    public bool IsSet { get; set; } = true;

    public override bool IsSynchronised => IsSet;
}
