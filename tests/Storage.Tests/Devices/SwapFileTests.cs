using NUnit.Framework;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Devices;

internal sealed class SwapFileTests
{
    [Test]
    public void Swap_on_a_card_is_found_as_a_partition_and_as_a_file_and_compressed_memory_is_not()
    {
        using var machine = new FakeMachine();
        machine.AddCard();
        machine.Mounts("29 1 179:2 / / rw - ext4 /dev/root rw");
        FakeMachine.Write(machine.Proc, "swaps", """
            Filename				Type		Size		Used		Priority
            /var/swap                               file		102396		2048		-2
            /dev/mmcblk0p2                          partition	524284		0		-3
            /dev/zram0                              partition	524284		0		100
            """);

        var swaps = SwapFile.All(machine.Folders);

        Assert.That(swaps, Is.EqualTo(new[] { new SwapFile("/var/swap", IsPartition: false, 2048 * 1024), new SwapFile("/dev/mmcblk0p2", IsPartition: true, 0) }));
        Assert.That(swaps.Select(swap => swap.On(machine.Folders)?.Name), Is.All.EqualTo("mmcblk0"));
    }

    [Test]
    public void A_machine_that_does_not_swap_has_none()
    {
        using var machine = new FakeMachine();

        Assert.That(SwapFile.All(machine.Folders), Is.Empty);
    }
}
