using Roost.Storage.Devices;

namespace Roost.Gateway.Disks;

/// <summary>How long a disk will bear what is written to it, as far as that can be said.</summary>
/// <param name="Days">From now; of a card that does not tell how much of its life is used, from when it was new.</param>
/// <param name="EnduranceBytes">On which it is based.</param>
/// <param name="IsAssumed">Nobody has said how much the card bears.</param>
/// <param name="UsedPercent">Of its life, as it says itself; null: it does not say.</param>
internal sealed record CardLife(double Days, long EnduranceBytes, bool IsAssumed, int? UsedPercent)
{
    /// <summary>What three-bit cells bear, and most cards have: an assumption. What the card's controller writes beyond what it is told is nowhere to be seen.</summary>
    public const int AssumedCycles = 1000;

    /// <summary>A prediction for longer is none.</summary>
    public const double MostDays = 100 * 365;

    /// <returns>Null where its data do not allow it: no card and nothing configured, or it is not known how much is written.</returns>
    public static CardLife? Predict(Disk? disk, long? endurance, DailyRate? rate)
    {
        if (disk is null || rate is not { } known || (endurance ?? (disk.IsCard ? disk.SizeBytes * AssumedCycles : 0)) is not (> 0 and var bears))
        {
            return null;
        }

        var used = disk.Health?.UsedPercent;
        var left = bears * Math.Max(0, 1 - ((used ?? 0) / 100.0));
        return new CardLife(known.PerDay <= left / MostDays ? MostDays : left / known.PerDay, bears, endurance is null, used);
    }
}
