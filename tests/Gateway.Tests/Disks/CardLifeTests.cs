using Roost.Gateway.Disks;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Disks;

internal sealed class CardLifeTests
{
    private static readonly DailyRate s_gigabyteADay = new(1e9, TimeSpan.FromHours(24));

    [Test]
    public void A_card_of_which_nothing_is_known_is_taken_to_bear_a_thousand_times_its_size()
    {
        using var machine = new FakeMachine();
        machine.AddCard();

        var life = CardLife.Predict(Card(machine), endurance: null, s_gigabyteADay)!;

        Assert.That(life.IsAssumed);
        Assert.That(life.Days, Is.EqualTo(31_915).Within(1), "31.9 GB a thousand times, at a gigabyte a day");
    }

    [Test]
    public void What_the_maker_says_wins()
    {
        using var machine = new FakeMachine();
        machine.AddCard();

        var life = CardLife.Predict(Card(machine), endurance: 2_000_000_000_000, s_gigabyteADay)!;

        Assert.That((life.IsAssumed, life.Days), Is.EqualTo((false, 2000.0)));
    }

    [Test]
    public void What_an_emmc_has_used_of_its_life_is_gone()
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.AddCard(type: "MMC"), "device/life_time", "0x04 0x01");

        Assert.That(CardLife.Predict(Card(machine), endurance: 1_000_000_000_000, s_gigabyteADay)!.Days, Is.EqualTo(600).Within(0.001));
    }

    [Test]
    public void Past_its_end_nothing_is_left()
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.AddCard(type: "MMC"), "device/life_time", "0x0b 0x01");

        Assert.That(CardLife.Predict(Card(machine), endurance: null, s_gigabyteADay)!.Days, Is.Zero);
    }

    [Test]
    public void No_life_is_predicted_without_a_rate_nor_for_a_disk_of_which_nothing_is_known()
    {
        using var machine = new FakeMachine();
        FakeMachine.Write(machine.AddDisk("sda", "8:0", 1_000_000), "queue/rotational", "0");
        machine.Mounts("29 1 8:0 / / rw - ext4 /dev/sda rw");
        var disk = Disk.Of("/", new SystemFolders(machine.Proc, machine.Sys));

        Assert.That(CardLife.Predict(disk, endurance: null, s_gigabyteADay), Is.Null);
        Assert.That(CardLife.Predict(disk, endurance: 1_000_000_000_000, rate: null), Is.Null);
        Assert.That(CardLife.Predict(disk, endurance: 1_000_000_000_000, s_gigabyteADay)!.Days, Is.EqualTo(1000).Within(0.001), "a disk whose maker says it");
        Assert.That(CardLife.Predict(null, endurance: 1_000_000_000_000, s_gigabyteADay), Is.Null);
    }

    [TestCase(0)]
    [TestCase(0.001)]
    public void Who_writes_next_to_nothing_gets_no_astronomy(double perDay)
    {
        using var machine = new FakeMachine();
        machine.AddCard();

        Assert.That(CardLife.Predict(Card(machine), endurance: null, new DailyRate(perDay, TimeSpan.FromHours(1)))!.Days, Is.EqualTo(CardLife.MostDays));
    }

    private static Disk? Card(FakeMachine machine)
    {
        machine.Mounts("29 1 179:2 / / rw,noatime - ext4 /dev/root rw");
        return Disk.Of("/", new SystemFolders(machine.Proc, machine.Sys));
    }
}
