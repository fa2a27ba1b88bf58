using NUnit.Framework;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Devices;

internal sealed class DiskTests
{
    private const string Root = "29 1 179:2 / / rw,noatime shared:1 - ext4 /dev/root rw";

    [Test]
    public void The_card_under_a_folder_is_found_by_its_partition()
    {
        using var machine = new FakeMachine();
        machine.AddCard();
        machine.Mounts(Root, "31 29 0:25 / /tmp rw,nosuid - tmpfs tmpfs rw");

        var disk = Disk.Of("/var/lib/roost", machine.Folders)!;

        Assert.That(disk.Name, Is.EqualTo("mmcblk0"));
        Assert.That(disk.Kind, Is.EqualTo(DiskKind.SdCard));
        Assert.That((disk.Model, disk.Made), Is.EqualTo(("SC32G", "09/2021")));
        Assert.That(disk.SizeBytes, Is.EqualTo(62_333_952L * 512));
        Assert.That(disk.WrittenBytes, Is.EqualTo(1_048_576L * 512), "sectors of stat are of 512 bytes");
        Assert.That(disk.FlushCount, Is.EqualTo(777));
        Assert.That(disk.Health, Is.Null, "an SD card tells nothing of its wear");
        Assert.That(disk.Mount!.Options, Does.Contain("noatime"));
        Assert.That(Disk.Of("/tmp/x", machine.Folders), Is.Null, "memory is no disk");
    }

    [Test]
    public void An_emmc_tells_how_much_of_its_life_is_used()
    {
        using var machine = new FakeMachine();
        var disk = machine.AddCard(type: "MMC", name: "BJTD4R");
        FakeMachine.Write(disk, "device/life_time", "0x02 0x03");
        FakeMachine.Write(disk, "device/pre_eol_info", "0x01");
        machine.Mounts(Root);

        var found = Disk.Of("/", machine.Folders)!;

        Assert.That(found.Kind, Is.EqualTo(DiskKind.Emmc));
        Assert.That(found.Health, Is.EqualTo(new EmmcHealth(30, 1)), "the worse of its two kinds of memory");
    }

    [TestCase("0x00 0x00", "0x00", null, null, Description = "not defined, by a device older than eMMC 5.0")]
    [TestCase("0x0b 0x01", "0x03", 110, 3, Description = "past its end")]
    [TestCase("0x01", null, 10, null)]
    [TestCase("0xff 0x04", "0x09", 40, null, Description = "values that the standard does not know")]
    [TestCase("", "rubbish", null, null)]
    [TestCase(null, null, null, null)]
    public void What_an_emmc_says_is_taken_only_where_the_standard_knows_it(string? lifeTime, string? reserve, int? used, int? left)
    {
        var health = EmmcHealth.Parse(lifeTime, reserve);

        Assert.That((health?.UsedPercent, health?.Reserve), Is.EqualTo((used, left)));
    }

    [Test]
    public void Encryption_and_volumes_are_followed_down_to_the_card()
    {
        using var machine = new FakeMachine();
        machine.AddCard();
        var mapped = machine.AddDisk("dm-0", "253:0", sectors: 1000);
        File.CreateSymbolicLink(Path.Combine(mapped, "slaves", "mmcblk0p2"), Path.Combine(machine.Sys, "class", "block", "mmcblk0p2"));
        machine.Mounts("29 1 253:0 / / rw,relatime - ext4 /dev/mapper/root rw");

        Assert.That(Disk.Of("/data", machine.Folders)?.Name, Is.EqualTo("mmcblk0"));
    }

    [Test]
    public void Btrfs_is_found_by_what_it_is_mounted_from()
    {
        using var machine = new FakeMachine();
        machine.AddCard();
        machine.Mounts("29 1 0:33 /@ / rw,relatime - btrfs /dev/mmcblk0p2 rw");

        Assert.That(Disk.Of("/data", machine.Folders)?.Name, Is.EqualTo("mmcblk0"));
    }

    [TestCase("sda", "0", DiskKind.Flash)]
    [TestCase("sda", "1", DiskKind.Rotating)]
    [TestCase("nvme0n1", "0", DiskKind.Flash)]
    [TestCase("sda", "", DiskKind.Other)]
    [TestCase("vda", "1", DiskKind.Other, Description = "what is below a virtual machine's disk nobody knows")]
    public void Kinds_are_told_apart(string name, string rotational, DiskKind kind)
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.AddDisk(name, "8:0", 1000), "queue/rotational", rotational);
        machine.Mounts("29 1 8:0 / / rw - ext4 /dev/x rw");

        Assert.That(Disk.Of("/", machine.Folders)!.Kind, Is.EqualTo(kind));
    }

    [Test]
    public void A_disk_that_goes_away_has_written_nothing_that_is_known()
    {
        using var machine = new FakeMachine();
        var folder = machine.AddCard();
        machine.Mounts(Root);
        var disk = Disk.Of("/", machine.Folders)!;

        Directory.Delete(folder, recursive: true);

        Assert.That((disk.WrittenBytes, disk.FlushCount), Is.EqualTo(((long?)null, (long?)null)));
    }

    [TestCase("1 2 3", Description = "cut short")]
    [TestCase("a b c d e f g h i j k l m n o p")]
    [TestCase("")]
    public void Figures_that_are_none_are_not_known(string stat)
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.AddCard(), "stat", stat);
        machine.Mounts(Root);

        Assert.That(Disk.Of("/", machine.Folders)!.WrittenBytes, Is.Null);
    }

    [Test]
    public void A_folder_behind_links_is_on_the_disk_that_they_lead_to()
    {
        using var machine = new FakeMachine();
        using var folder = new TemporaryFolder();
        machine.AddCard();
        machine.AddDisk("sda", "8:0", 1000);
        Directory.CreateDirectory(folder["stick/roost/data"]);
        File.CreateSymbolicLink(folder["stick-1"], folder["stick"]);
        File.CreateSymbolicLink(folder["home"], "stick-1/roost");
        machine.Mounts(Root, $"30 29 8:0 / {folder["stick"]} rw - ext4 /dev/sda rw");

        Assert.That(Disk.Of(folder["home/data"], machine.Folders)?.Name, Is.EqualTo("sda"));
        Assert.That(Disk.Of(folder["other"], machine.Folders)?.Name, Is.EqualTo("mmcblk0"));
    }

    [Test]
    public void Links_in_a_circle_end()
    {
        using var machine = new FakeMachine();
        using var folder = new TemporaryFolder();
        machine.AddCard();
        machine.Mounts(Root);
        File.CreateSymbolicLink(folder["a"], folder["b"]);
        File.CreateSymbolicLink(folder["b"], folder["a"]);

        Assert.That(Disk.Of(folder["a/data"], machine.Folders)?.Name, Is.EqualTo("mmcblk0"));
    }

    [Test]
    public void A_machine_without_proc_and_sys_has_no_disk() =>
        Assert.That(Disk.Of("/", new SystemFolders("/nonexistent", "/nonexistent")), Is.Null);

    [Test]
    public void The_disk_of_this_machine_counts_what_is_written_to_it()
    {
        using var folder = new TemporaryFolder();
        if (Disk.Of(folder.Path, SystemFolders.Machine) is not { } disk)
        {
            Assert.Ignore($"{folder.Path} lies on no disk that the kernel tells of");
            return;
        }

        Assert.That(disk.SizeBytes, Is.Positive);
        Assert.That(disk.WrittenBytes, Is.Positive);
    }
}
