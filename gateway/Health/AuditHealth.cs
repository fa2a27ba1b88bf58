using Roost.Identity;
using Roost.Streams;

namespace Roost.Gateway.Health;

/// <summary>Degraded while the audit cannot be written, as changes are refused then, and when it is not as it was left: that is no matter of a disk alone.</summary>
internal sealed class AuditHealth(IAuditStorage audit, IStreamCatalog streams) : IHealthSource
{
    /// <summary>The audit as a stream.</summary>
    public const string StreamName = "$audit";

    public RoomHealth Check() => RoomHealth.Of("audit", Reasons());

    private IEnumerable<string> Reasons()
    {
        if (audit.Fault is { } fault)
        {
            yield return $"{fault.TrimEnd('.')}. Changes are refused until the audit can be written; connections go on.";
        }

        if ((audit.Broken ?? Damage()) is { } broken)
        {
            yield return $"The audit is not as it was left: {broken.TrimEnd('.')}. 'roost audit verify' tells each place; keep a copy of the folder identity/audit before anything else. docs/audit.md says what comes next.";
        }
    }

    /// <summary>What the streams' reading in the background has found since the start.</summary>
    private string? Damage() => streams.List().FirstOrDefault(static stream => stream.Name.ToString() == StreamName)?.Verification is { Damage: [var first, ..] }
        ? $"the log is damaged at offset {first.FirstOffset}"
        : null;
}
