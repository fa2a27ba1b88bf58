using Roost.Gateway.Disks;
using Roost.Gateway.Doctor;
using Roost.Storage;
using Roost.Storage.Devices;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Disks;

internal sealed class DiskFindingsTests
{
    private static readonly TimeSpan s_day = TimeSpan.FromHours(24);

    private FakeMachine _machine = null!;

    [SetUp]
    public void MakeMachine() => _machine = new FakeMachine();

    [TearDown]
    public void RemoveMachine() => _machine.Dispose();

    [Test]
    public void A_card_that_is_treated_well_has_nothing_to_be_done()
    {
        _machine.AddCard();

        var findings = Findings(Report(perDay: 50e6));

        Assert.That(findings.Select(finding => (finding.Check, finding.State)), Is.EqualTo(new[] { ("disk writes", FindingState.Well) }));
        Assert.That(findings[0].Found, Does.Contain("SD card SC32G of 31.9 GB, made 09/2021: 50.0 MB a day").And.Contain("if it bears 1,000 times its size"));
    }

    [Test]
    public void In_the_first_minutes_it_says_that_it_does_not_know_yet()
    {
        _machine.AddCard();

        var finding = Findings(Report(perDay: null)).Single();

        Assert.That(finding.State, Is.EqualTo(FindingState.Unknown));
        Assert.That(finding.Found, Does.EndWith(": how much is written in a day is known some 15 minutes after the start"));
    }

    [Test]
    public void More_in_a_day_than_the_operator_wants_is_told_with_who_writes_it()
    {
        _machine.AddCard();

        var mine = Findings(Report(perDay: 6e9, own: 5e9)).Single();
        var theirs = Findings(Report(perDay: 6e9, own: 1e6)).Single();

        Assert.That((mine.State, theirs.State), Is.EqualTo((FindingState.Weak, FindingState.Weak)));
        Assert.That(mine.Remedy, Does.Contain("sd-card.warn-per-day (5.0 GB)").And.Contain("/api/v1/disk"));
        Assert.That(theirs.Remedy, Does.Contain("other programs"));
    }

    [Test]
    public void A_card_that_will_not_see_another_year_is_told_though_no_limit_is_set()
    {
        _machine.AddCard();
        var options = new SdCardOptions { WarnPerDayBytes = null, EnduranceBytes = 2_000_000_000_000 };

        var finding = Findings(Report(perDay: 6e9, options: options), options: options).Single();

        Assert.That(finding.State, Is.EqualTo(FindingState.Weak));
        Assert.That(finding.Found, Does.Contain("for 333 days"));
        Assert.That(finding.Remedy, Does.StartWith("a card for endurance"));
    }

    [Test]
    public void The_same_writes_are_nothing_to_a_disk_that_is_no_card()
    {
        FakeMachine.Write(_machine.AddDisk("sda", "8:0", 1_000_000_000), "queue/rotational", "0");
        _machine.Mounts("29 1 8:0 / / rw,relatime - ext4 /dev/sda rw");

        Assert.That(Findings(Report(perDay: 6e9, device: "sda")).Select(finding => finding.State), Is.EqualTo(new[] { FindingState.Well }));
    }

    [TestCase("0x05 0x01", "0x01", FindingState.Well, "40 to 50 % of its life")]
    [TestCase("0x09 0x01", "0x01", FindingState.Weak, "80 to 90 %")]
    [TestCase("0x01 0x01", "0x02", FindingState.Weak, "four fifths of its spare blocks are")]
    [TestCase("0x01 0x01", "0x03", FindingState.Fault, "at their end")]
    [TestCase("0x0b 0x01", "0x01", FindingState.Fault, "all of its life")]
    public void What_an_emmc_says_of_itself_is_told(string life, string reserve, FindingState state, string text)
    {
        var card = _machine.AddCard(type: "MMC");
        FakeMachine.Write(card, "device/life_time", life);
        FakeMachine.Write(card, "device/pre_eol_info", reserve);

        var finding = Findings(Report(perDay: 1)).Single(finding => finding.Check == "disk life");

        Assert.That(finding.State, Is.EqualTo(state));
        Assert.That(finding.Found, Does.Contain(text));
    }

    [Test]
    public void A_sync_for_every_record_is_told_only_where_there_are_many()
    {
        _machine.AddCard();
        StorageUse[] alone = [new(StorageKind.Log, "telemetry", 1, 200_000, 200_000, 200_000), new(StorageKind.Database, "shadows", 1, 10, 10, 4000)];
        StorageUse[] batched = [new(StorageKind.Log, "telemetry", 1, 200_000, 200_000, 2_000_000)];

        var told = Findings(Report(perDay: 1, syncs: 200_000), alone).Single(finding => finding.Check == "disk syncs");

        Assert.That(told.Found, Does.Contain("2.3 times a second").And.Contain("log 'telemetry': 1.0 records each time"));
        Assert.That(Findings(Report(perDay: 1, syncs: 200_000), batched).Select(finding => finding.Check), Does.Not.Contain("disk syncs"), "they are batched");
        Assert.That(Findings(Report(perDay: 1, syncs: 5_000), alone).Select(finding => finding.Check), Does.Not.Contain("disk syncs"), "they are few");
        Assert.That(Findings(Report(perDay: 1, syncs: null), alone).Select(finding => finding.Check), Does.Not.Contain("disk syncs"), "not known yet");
    }

    [TestCase(StorageKind.Log, "mqtt", "set mqtt.gather: 100ms")]
    [TestCase(StorageKind.Log, "journal", "set shadows.gather: 100ms")]
    [TestCase(StorageKind.Log, "telemetry", "set stream-storage.gather: 100ms")]
    [TestCase(StorageKind.Database, "mqtt", "let many come at once")]
    public void What_a_sync_for_every_record_can_be_mended_with_is_told_by_its_use(StorageKind kind, string name, string remedy)
    {
        _machine.AddCard();
        StorageUse[] alone = [new(kind, name, 1, 200_000, 200_000, 200_000)];

        Assert.That(Findings(Report(perDay: 1, syncs: 200_000), alone).Single(finding => finding.Check == "disk syncs").Remedy, Does.StartWith(remedy));
    }

    [Test]
    public void Swap_and_access_times_on_the_card_are_told()
    {
        _machine.AddCard();

        var findings = Findings(Report(perDay: 1, options: "rw,relatime"), swap: [new SwapFile("/var/swap", IsPartition: false, 2_100_000)]);

        Assert.That(findings.Single(finding => finding.Check == "swap").Found, Does.Contain("/var/swap").And.Contain("2.1 MB are used"));
        Assert.That(findings.Single(finding => finding.Check == "mount").Remedy, Does.Contain("/etc/fstab").And.Contain("remount,noatime /"));
    }

    [Test]
    public void Where_there_is_no_disk_nothing_is_claimed() =>
        Assert.That(DiskFindings.Of(Report(perDay: null, device: null), [], [], new SdCardOptions()).Single().State, Is.EqualTo(FindingState.Unknown));

    private static List<Finding> Findings(DiskReport report, StorageUse[]? uses = null, SwapFile[]? swap = null, SdCardOptions? options = null) =>
        [.. DiskFindings.Of(report, uses ?? [], swap ?? [], options ?? new SdCardOptions())];

    private DiskReport Report(double? perDay, double own = 0, double? syncs = null, string? device = "mmcblk0", SdCardOptions? options = null) =>
        Report(perDay, own, syncs, device, options, "rw,noatime");

    private DiskReport Report(double? perDay, string options) => Report(perDay, 0, null, "mmcblk0", null, options);

    private DiskReport Report(double? perDay, double own, double? syncs, string? device, SdCardOptions? options, string mount)
    {
        if (device == "mmcblk0")
        {
            _machine.Mounts($"29 1 179:2 / / {mount} - ext4 /dev/root rw");
        }

        var disk = device is null ? null : Disk.Of("/", new SystemFolders(_machine.Proc, _machine.Sys));
        var machine = Rate(perDay);
        return new DiskReport(disk, 0, 0, 0, 0, machine, perDay is null ? null : Rate(own), Rate(syncs), CardLife.Predict(disk, options?.EnduranceBytes, machine));
    }

    private static DailyRate? Rate(double? perDay) => perDay is { } known ? new DailyRate(known, s_day) : null;
}
