using System.Runtime.InteropServices;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Hardware.Tests.Sensors;

/// <summary>A /sys with sensors, in the kernel's formats and with its links.</summary>
internal sealed partial class SensorMachine : IDisposable
{
    private readonly FakeMachine _machine = new();

    public SystemFolders Folders => new(_machine.Proc, _machine.Sys);

    public FakeMachine Disks => _machine;

    /// <summary>A chip on an I2C bus, and its folder.</summary>
    public string AddHwmon(int number, string name, string? place = "1-0048")
    {
        var device = Path.Combine(_machine.Sys, "devices", place ?? "virtual");
        var folder = Path.Combine(device, "hwmon", $"hwmon{number}");
        FakeMachine.Write(folder, "name", name);
        if (place is not null)
        {
            File.CreateSymbolicLink(Path.Combine(folder, "device"), device);
        }

        Link(folder, "class", "hwmon");
        return folder;
    }

    public string AddIio(int number, string name, string place = "1-0076")
    {
        var folder = Path.Combine(_machine.Sys, "devices", place, $"iio:device{number}");
        FakeMachine.Write(folder, "name", name);
        Link(folder, "bus", "iio", "devices");
        return folder;
    }

    public string AddW1(string address, string text)
    {
        var folder = Path.Combine(_machine.Sys, "devices", "w1_bus_master1", address);
        FakeMachine.Write(folder, "w1_slave", text);
        Link(folder, "bus", "w1", "devices");
        return folder;
    }

    public string AddZone(int number, string type, string temp)
    {
        var folder = Path.Combine(_machine.Sys, "devices", "virtual", "thermal", $"thermal_zone{number}");
        FakeMachine.Write(folder, "type", type);
        FakeMachine.Write(folder, "temp", temp);
        Link(folder, "class", "thermal");
        return folder;
    }

    public void Throttling(string text, string soc = "soc", string firmware = "soc:firmware") =>
        FakeMachine.Write(Path.Combine(_machine.Sys, "devices", "platform", soc, firmware), "get_throttled", text);

    /// <summary>In place of the file one whose reading fails with EIO.</summary>
    public static void Break(string folder, string name)
    {
        File.Delete(Path.Combine(folder, name));
        File.CreateSymbolicLink(Path.Combine(folder, name), "/proc/self/mem");
    }

    /// <summary>In place of the file one whose reader waits until something is written to it.</summary>
    public static void Hang(string folder, string name)
    {
        File.Delete(Path.Combine(folder, name));
        if (MakeFifo(Path.Combine(folder, name), 0b110_000_000) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    /// <summary>Ends what <see cref="Hang"/> began: the reader gets the text. Whoever comes next finds a file with it.</summary>
    public static void Answer(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        var next = path + ".next";
        File.WriteAllText(next, text);
        using var waiting = new FileStream(path, FileMode.Open, FileAccess.Write); // opens once there is a reader
        File.Move(next, path, overwrite: true);
        waiting.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public void Dispose() => _machine.Dispose();

    private void Link(string folder, params string[] path)
    {
        var links = Path.Combine([_machine.Sys, .. path]);
        Directory.CreateDirectory(links);
        File.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(folder)), folder);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
