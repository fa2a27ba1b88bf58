namespace Roost.Storage.Logs;

/// <summary>What a repair did, or would do.</summary>
/// <param name="Damage">What is given up, oldest first; empty where nothing known is damaged.</param>
/// <param name="KeptRecords">Sound records in the damaged segments.</param>
/// <param name="Aside">Where the damaged files are now; empty where nothing was done.</param>
public sealed record LogRepair(IReadOnlyList<LogDamage> Damage, long KeptRecords, IReadOnlyList<string> Aside)
{
    /// <summary>Offsets that are given up.</summary>
    public long LostRecords => Damage.Sum(damage => damage.Records);
}
