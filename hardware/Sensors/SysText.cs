using System.Globalization;

namespace Roost.Hardware.Sensors;

/// <summary>Reads one attribute of a sensor, and says why it cannot be read.</summary>
internal static class SysText
{
    /// <summary>More than any attribute has: sysfs gives a page at most.</summary>
    private const int MostBytes = 4096;

    /// <returns>Null when it cannot be read; then <paramref name="fault"/> says why.</returns>
    public static string? Read(string path, out string fault)
    {
        fault = "";
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var bytes = new byte[MostBytes];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return System.Text.Encoding.UTF8.GetString(bytes, 0, length).Trim();
        }
        catch (UnauthorizedAccessException)
        {
            fault = $"{path} may not be read by this user";
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            fault = $"{path} is not there";
        }
        catch (IOException exception)
        {
            // EIO, ETIMEDOUT, EREMOTEIO, ENXIO: the sensor or its bus does not answer.
            fault = $"it does not answer ({exception.Message.Split(" : ")[0]}): look at its wiring and supply";
        }

        return null;
    }

    /// <returns>Null when it cannot be read, or is no number.</returns>
    public static double? ReadNumber(string path, out string fault)
    {
        if (Read(path, out fault) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        fault = $"{path} has no number ({(text.Length > 40 ? text[..40] : text)})";
        return null;
    }

    /// <returns>Those entries of a folder that are there.</returns>
    public static IEnumerable<string> Entries(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
