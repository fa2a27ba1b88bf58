namespace Roost.Shadow;

/// <summary>Whose value stays where both sides changed the same one differently.</summary>
public sealed class ShadowSyncConflictOptions
{
    public ConflictWinner Desired { get; set; } = ConflictWinner.Cloud;

    public ConflictWinner Reported { get; set; } = ConflictWinner.Device;
}
