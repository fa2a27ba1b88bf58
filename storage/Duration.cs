using System.Globalization;

namespace Roost.Storage;

/// <summary>A length of time as people write it: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>12h</c>, <c>7d</c>. A bare number has no meaning, but for 0.</summary>
public static class Duration
{
    public const string Remedy = "write a whole number with ms, s, m, h or d, like 30s";

    private static readonly (string Suffix, long Ticks)[] _units =
    [
        ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond), ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        foreach (var (suffix, ticks) in _units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number <= long.MaxValue / ticks)
            {
                duration = new TimeSpan(number * ticks);
                return true;
            }
        }

        return false;
    }

    /// <summary>The largest unit that divides the duration: what <see cref="TryParse"/> reads back. Below a millisecond nothing is kept.</summary>
    public static string Format(TimeSpan duration)
    {
        foreach (var (suffix, ticks) in _units.Reverse())
        {
            if (duration.Ticks != 0 && duration.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / ticks}{suffix}");
            }
        }

        return "0";
    }
}
