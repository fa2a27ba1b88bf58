using Roost.Hardware.Reporting;
using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>Wear of SD cards and eMMC: what is written to them, and what an eMMC says of its life (<see cref="EmmcHealth"/>).</summary>
internal sealed class CardSensors(SystemFolders folders) : ISensorFamily
{
    private const string Written = "written";
    private const string Used = "used";
    private const string Reserve = "reserve";

    public SensorKind Kind => SensorKind.Card;

    public bool IsSlow => false;

    public bool IsTemperature(string? channel) => false;

    /// <param name="device">Null: the only card.</param>
    /// <param name="channel">Null: <c>written</c>, in GB since the machine started. Of an eMMC <c>used</c>, percent of its life, and <c>reserve</c>, 1 (normal) to 3 (at its end).</param>
    public SensorReading Read(string? device, string? channel) =>
        SensorDevice.Choose(Devices(), device, "card", out var fault) is not { } card || Disk.OfDevice(card.Name, folders) is not { } disk
            ? SensorReading.Failed(fault.Length > 0 ? fault : "the card is gone")
            : Measure(disk, channel ?? Written);

    public IEnumerable<FoundSensor> Find()
    {
        foreach (var card in Devices())
        {
            if (Disk.OfDevice(card.Name, folders) is { } disk)
            {
                foreach (var (channel, unit) in new[] { (Written, "GB"), (Used, "%"), (Reserve, "") })
                {
                    if (Measure(disk, channel) is { Fault: null } reading)
                    {
                        yield return new FoundSensor(Kind, card.Name, channel, disk.Model, unit, reading.Value);
                    }
                }
            }
        }
    }

    private static SensorReading Measure(Disk disk, string channel) => channel switch
    {
        Written => disk.WrittenBytes is { } bytes ? SensorReading.Of(Math.Round(bytes / 1e9, 3)) : SensorReading.Failed($"the kernel does not tell what is written to {disk.Name}"),
        Used => disk.Health?.UsedPercent is { } used ? SensorReading.Of(used) : SensorReading.Failed($"{disk.Name} does not tell how much of its life is used: SD cards never do, eMMC from 5.0 on"),
        Reserve => disk.Health?.Reserve is { } reserve ? SensorReading.Of(reserve) : SensorReading.Failed($"{disk.Name} does not tell how many spare blocks it has: SD cards never do, eMMC from 5.0 on"),
        _ => SensorReading.Failed($"a card has no channel {channel}; it has {Written}, and an eMMC {Used} and {Reserve}"),
    };

    private List<SensorDevice> Devices() =>
    [
        .. SysText.Entries(Path.Combine(folders.Sys, "class", "block"))
            .Where(static folder => Path.GetFileName(folder) is var name && name.StartsWith("mmcblk", StringComparison.Ordinal) && name.AsSpan("mmcblk".Length).IndexOfAnyExceptInRange('0', '9') < 0)
            .Select(static folder => new SensorDevice(Path.GetFileName(folder), "", folder)),
    ];
}
