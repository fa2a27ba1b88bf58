using Roost.Streams.Export.Files;

namespace Roost.Streams.Tests.Export.Files;

public sealed class MountsTests
{
    private static readonly Mounts s_mounts = Mounts.Of(
        "21 1 179:2 / / rw,relatime shared:1 - ext4 /dev/mmcblk0p2 rw",
        "22 21 0:5 / /mnt rw - tmpfs tmpfs rw",
        "95 21 8:1 / /media/pi/MY\\040STICK rw,nosuid - vfat /dev/sda1 rw",
        "96 21 8:17 /sub /srv/data rw - ext4 /dev/sdb1 rw",
        "97 21 179:2 /media/pi/own /media/pi/own rw - ext4 /dev/mmcblk0p2 rw",
        "garbage");

    [TestCase("/media/pi/MY STICK", true)]
    [TestCase("/media/pi/MY STICK/roost/site", true)]
    [TestCase("/media/pi/OTHER/roost", false)]
    [TestCase("/media/pi", false)]
    [TestCase("/media/pi/own/roost", false, Description = "mounted onto itself, as ReadWritePaths has it")]
    [TestCase("/mnt/usb", false, Description = "/mnt is one itself here, and nothing is mounted at usb")]
    [TestCase("/srv/elsewhere", true, Description = "no place for removable media")]
    [TestCase("/mediathek/x", true)]
    public void A_folder_in_a_place_for_removable_media_is_to_be_on_one(string folder, bool expected) =>
        Assert.That(s_mounts.IsWhereItShouldBe(folder), Is.EqualTo(expected));

    [TestCase("/srv/data/x", "8:17")]
    [TestCase("/srv", "179:2")]
    [TestCase("/media/pi/MY STICK/a", "8:1")]
    public void A_folder_lies_on_the_device_of_the_nearest_mount(string folder, string device) =>
        Assert.That(s_mounts.DeviceOf(folder), Is.EqualTo(device));

    [Test]
    public void The_kernels_own_table_has_the_root() => Assert.That(Mounts.Read().IsMounted("/"), Is.True);
}
