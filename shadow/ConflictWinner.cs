namespace Roost.Shadow;

/// <summary>Whose value stays where both sides changed the same one.</summary>
public enum ConflictWinner
{
    Cloud,

    /// <summary>The shadow here.</summary>
    Device,
}
