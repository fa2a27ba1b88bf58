namespace Roost.Storage.Devices;

/// <summary>What an eMMC knows of its own wear: registers of JEDEC's eMMC 5.0 (EXT_CSD 267 to 269), as the kernel shows them. SD cards have nothing like it.</summary>
/// <param name="UsedPercent">Of its life, at most: it counts in tenths; 110 when it is past its end. The worse of its two kinds of memory. Null: not told.</param>
/// <param name="Reserve">1: normal; 2: four fifths of the spare blocks are used; 3: it is at its end. Null: not told.</param>
public sealed record EmmcHealth(int? UsedPercent, int? Reserve)
{
    private const int PercentOfStep = 10;
    private const int MostSteps = 0x0B; // "exceeded its maximum estimated device life time"
    private const int MostReserve = 3;

    /// <param name="lifeTime">Two numbers, such as "0x02 0x01".</param>
    /// <param name="preEndOfLife">Such as "0x01".</param>
    /// <returns>Null where neither tells anything: 0 is "not defined".</returns>
    public static EmmcHealth? Parse(string? lifeTime, string? preEndOfLife)
    {
        var steps = (lifeTime ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(SystemFile.ParseNumber).Where(step => step is > 0 and <= MostSteps).Max();
        var reserve = SystemFile.ParseNumber(preEndOfLife) is > 0 and <= MostReserve and var told ? (int?)told : null;
        return steps is null && reserve is null ? null : new EmmcHealth((int?)(steps * PercentOfStep), reserve);
    }
}
