using System.Globalization;
using Roost.Storage.Devices;

namespace Roost.Gateway.Disks;

/// <summary>How figures of a disk are told to people.</summary>
internal static class DiskText
{
    private static readonly (double Least, string Unit)[] _units = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];

    /// <summary>In the units of those who sell disks.</summary>
    public static string Bytes(double bytes)
    {
        foreach (var (least, unit) in _units)
        {
            if (bytes >= least)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / least:0.0} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0} bytes");
    }

    public static string PerDay(DailyRate? rate) => rate is { } known
        ? $"{Bytes(known.PerDay)} a day (by the last {Time(known.Over)})"
        : $"how much is written in a day is known some {DailyWindow.Least.TotalMinutes:0} minutes after the start";

    public static string Time(TimeSpan time) => time.TotalHours >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes");

    public static string Life(CardLife life) => life.Days >= CardLife.MostDays ? "for more than 100 years"
        : life.Days >= 2 * 365 ? string.Create(CultureInfo.InvariantCulture, $"for {life.Days / 365:0} years")
        : string.Create(CultureInfo.InvariantCulture, $"for {life.Days:0} days");

    public static string Name(Disk disk) => $"{disk.Name}, {Kind(disk.Kind)}{(disk.Model is { } model ? $" {model}" : "")} of {Bytes(disk.SizeBytes)}{(disk.Made is { } made ? $", made {made}" : "")}";

    private static string Kind(DiskKind kind) => kind switch
    {
        DiskKind.SdCard => "SD card",
        DiskKind.Emmc => "eMMC",
        DiskKind.Flash => "flash disk",
        DiskKind.Rotating => "hard disk",
        _ => "disk",
    };
}
