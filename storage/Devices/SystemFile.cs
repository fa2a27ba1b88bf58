using System.Globalization;

namespace Roost.Storage.Devices;

/// <summary>Reads the small files of /proc and /sys, any of which may be missing, go away, or answer with an error of the device.</summary>
public static class SystemFile
{
    /// <returns>Without the line's end; null where it cannot be read.</returns>
    public static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A number in decimal, or in hexadecimal behind 0x.</summary>
    public static long? TryReadNumber(string path) => ParseNumber(TryRead(path));

    public static long? ParseNumber(string? text) =>
        text is null ? null
        : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hexadecimal) ? hexadecimal : null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
