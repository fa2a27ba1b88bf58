using System.Globalization;

namespace Roost.LocalLambda.Definitions;

/// <summary>Sizes and durations as they are written in configuration: a number and its unit, <c>128MiB</c>, <c>3s</c>.</summary>
internal static class Quantity
{
    private static readonly (string Unit, double Factor)[] SizeUnits =
        [("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("kB", 1000), ("MB", 1e6), ("GB", 1e9)];

    private static readonly (string Unit, double Factor)[] DurationUnits = [("ms", 1e-3), ("s", 1), ("min", 60), ("m", 60), ("h", 3600)];

    public static bool TryParseBytes(string text, out long bytes)
    {
        var valid = TryParse(text, SizeUnits, out var value);
        bytes = valid ? (long)value : 0;
        return valid;
    }

    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var valid = TryParse(text, DurationUnits, out var seconds);
        duration = valid ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)) : default;
        return valid;
    }

    private static bool TryParse(string text, (string Unit, double Factor)[] units, out double value)
    {
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * factor <= 1e15)
            {
                value = number * factor;
                return true;
            }
        }

        value = 0;
        return false;
    }
}
