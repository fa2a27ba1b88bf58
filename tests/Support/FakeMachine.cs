namespace Roost.Tests.Support;

/// <summary>Folders with files in the kernel's formats.</summary>
public sealed class FakeMachine : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FakeMachine()
    {
        Directory.CreateDirectory(Path.Combine(Sys, "class", "block"));
        Directory.CreateDirectory(Path.Combine(Sys, "dev", "block"));
        Directory.CreateDirectory(Path.Combine(Proc, "self"));
    }

    public string Proc => _folder["proc"];

    public string Sys => _folder["sys"];

    /// <summary>A card with one partition, as a Raspberry Pi has it: /dev/mmcblk0p2 is 179:2.</summary>
    public string AddCard(string type = "SD", string name = "SC32G")
    {
        var disk = AddDisk("mmcblk0", "179:0", sectors: 62_333_952);
        Write(disk, "device/type", type);
        Write(disk, "device/name", name);
        Write(disk, "device/date", "09/2021");
        AddPartition(disk, "mmcblk0p2", "179:2");
        return disk;
    }

    public string AddDisk(string name, string number, long sectors, string stat = "    1200     340   98123    4512     8801    2210  1048576   90211        0    31020    94723        0        0        0        0      777    1200")
    {
        var disk = Path.Combine(Sys, "devices", "platform", name);
        Write(disk, "size", sectors.ToString());
        Write(disk, "stat", stat);
        Directory.CreateDirectory(Path.Combine(disk, "slaves"));
        Link(disk, name, number);
        return disk;
    }

    public void AddPartition(string disk, string name, string number)
    {
        var partition = Path.Combine(disk, name);
        Write(partition, "partition", "2");
        Link(partition, name, number);
    }

    public void Mounts(params string[] lines) => Write(Proc, "self/mountinfo", string.Join('\n', lines));

    public static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }

    public void Dispose() => _folder.Dispose();

    private void Link(string folder, string name, string number)
    {
        File.CreateSymbolicLink(Path.Combine(Sys, "class", "block", name), folder);
        File.CreateSymbolicLink(Path.Combine(Sys, "dev", "block", number), folder);
    }
}
