using Roost.Identity;

namespace Roost.Gateway.Health;

/// <summary>Degraded while the audit cannot be written: changes are refused then.</summary>
internal sealed class AuditHealth(IAuditStorage audit) : IHealthSource
{
    public RoomHealth Check() => audit.Fault is { } fault
        ? new("audit", RoomState.Degraded, $"{fault.TrimEnd('.')}. Changes are refused until the audit can be written; connections go on.")
        : new("audit", RoomState.Up);
}
