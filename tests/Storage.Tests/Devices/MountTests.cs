using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Devices;

internal sealed class MountTests
{
    [Test]
    public void A_line_gives_point_device_and_options()
    {
        var mount = Mount.Parse(@"36 35 179:2 /roost /var/lib/my\040data rw,noatime master:1 shared:2 - ext4 /dev/mmcblk0p2 rw,errors=continue")!;

        Assert.That((mount.Point, mount.Device, mount.FileSystem, mount.Source), Is.EqualTo(("/var/lib/my data", "179:2", "ext4", "/dev/mmcblk0p2")));
        Assert.That(mount.Options, Is.EqualTo(new[] { "rw", "noatime" }));
    }

    [Test]
    public void The_longest_point_holds_a_path_and_what_came_later_covers_what_was_there()
    {
        using var machine = new FakeMachine();
        machine.Mounts(
            "1 0 8:1 / / rw - ext4 /dev/a rw",
            "2 1 8:2 / /var/lib rw - ext4 /dev/b rw",
            "3 1 8:3 / /var/lib/roost rw - ext4 /dev/c rw",
            "4 1 8:4 / /var/lib/roost ro - ext4 /dev/d rw",
            "5 1 8:5 / /var/lib/roost-2 rw - ext4 /dev/e rw");

        Assert.That(Mount.Of("/var/lib/roost/streams", machine.Folders)?.Source, Is.EqualTo("/dev/d"));
        Assert.That(Mount.Of("/var/lib/roost-3", machine.Folders)?.Source, Is.EqualTo("/dev/b"));
        Assert.That(Mount.Of("/srv", machine.Folders)?.Source, Is.EqualTo("/dev/a"));
    }

    [Test]
    public void No_text_makes_it_throw() =>
        Prop.ForAll<NonNull<string>>(text => Mount.Parse(text.Get) is null or { Options: not null }).QuickCheckThrowOnFailure();
}
