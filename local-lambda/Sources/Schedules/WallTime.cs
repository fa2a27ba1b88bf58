namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>What the clocks on the wall of a zone show.</summary>
internal static class WallTime
{
    public static DateTime Of(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    /// <summary>When clocks show <paramref name="wall"/>: the first time, where they are set back and show it twice.</summary>
    /// <returns>Null where clocks are set forward over it and never show it.</returns>
    public static DateTimeOffset? ToUtc(DateTime wall, TimeZoneInfo zone)
    {
        // Only the direction from UTC is asked for: the other one goes wrong where a zone changes its standard time, as Apia did in 2011.
        var asUtc = new DateTimeOffset(wall, TimeSpan.Zero);
        var (before, after) = (zone.GetUtcOffset(asUtc.AddDays(-1)), zone.GetUtcOffset(asUtc.AddDays(1)));
        var (larger, smaller) = before > after ? (before, after) : (after, before);
        return zone.GetUtcOffset(asUtc - larger) == larger ? asUtc - larger
            : zone.GetUtcOffset(asUtc - smaller) == smaller ? asUtc - smaller
            : null;
    }
}
