namespace Roost.Shadow;

/// <summary>What a check of every shadow and every change that is kept has found.</summary>
/// <param name="At">When it ended.</param>
/// <param name="Shadows">Rows of the table that were looked at, tombstones included.</param>
/// <param name="Changes">Records of the journal that were looked at.</param>
/// <param name="Healed">Damaged rows that were written anew from the journal.</param>
/// <param name="Damaged">Shadows that answer 500, each with what is wrong; the first <see cref="MostNamed"/>.</param>
/// <param name="DamagedShadows">How many there are.</param>
/// <param name="DamagedChanges">Records of the journal that cannot be read: holes in the history. No shadow is the worse for it.</param>
/// <param name="JournalDamage">The first of them, as a sentence; null when there is none.</param>
public sealed record ShadowCheckReport(
    DateTimeOffset At, long Shadows, long Changes, long Healed, IReadOnlyList<string> Damaged, long DamagedShadows, long DamagedChanges, string? JournalDamage)
{
    public const int MostNamed = 100;
}
