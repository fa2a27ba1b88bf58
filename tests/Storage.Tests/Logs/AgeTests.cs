using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>Retention by age on a machine whose clock is not to be believed.</summary>
public sealed class AgeTests
{
    private static readonly TimeSpan s_age = TimeSpan.FromHours(8);

    [TestCase(365 * 50)]
    [TestCase(-365 * 50)]
    public async Task A_clock_that_jumps_takes_nothing_that_is_fresh_and_keeps_nothing_that_is_old(int days)
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        await using var log = Some.Log(folder.Path, Options(new Machine()), clock);
        await log.AppendAsync(default, default, default);
        clock.SetUtcNow(clock.GetUtcNow().AddDays(days));
        clock.Advance(TimeSpan.FromHours(7));
        await log.AppendAsync(default, default, default); // the committer has looked at the first by now
        Assert.That(log.FirstOffset, Is.Zero, "seven hours old");

        clock.Advance(TimeSpan.FromHours(2));
        await Eventually.IsTrueAsync(() => log.FirstOffset == 1, "the first record to go, nine hours old");
        clock.Advance(TimeSpan.FromHours(7));
        await Eventually.IsTrueAsync(() => log.FirstOffset == 2, "the second to go");
    }

    [TestCase(true, 0, Description = "a time server at both ends: the days without power count")]
    [TestCase(false, 1, Description = "none: they do not")]
    public async Task Time_without_power_counts_where_the_clock_is_to_be_believed(bool isSynchronised, int kept)
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        await using (var log = Some.Log(folder.Path, Options(new Machine { Synchronised = isSynchronised }), clock))
        {
            await log.AppendAsync(default, default, default);
        }

        clock.Advance(TimeSpan.FromDays(3));
        await using var reopened = Some.Log(folder.Path, Options(new Machine { Synchronised = isSynchronised }), clock);
        clock.Advance(TimeSpan.FromHours(1));
        await reopened.AppendAsync(default, default, default);
        await Eventually.IsTrueAsync(() => reopened.NextOffset - reopened.FirstOffset == kept + 1, "the old record to be judged");
        Assert.That(Some.ReadAll(reopened), Has.Count.EqualTo(kept + 1));
    }

    [Test]
    public async Task A_machine_that_appends_before_a_time_server_tells_it_how_long_it_was_off_keeps_those_records()
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        var machine = new Machine { Synchronised = true };
        await using (var log = Some.Log(folder.Path, Options(machine), clock))
        {
            await log.AppendAsync(default, default, default);
        }

        // A week without power, on a board without a clock: it goes on where it stopped.
        machine.Reboot();
        machine.Synchronised = false;
        var stopped = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromDays(7));
        clock.SetUtcNow(stopped);
        await using var reopened = Some.Log(folder.Path, Options(machine), clock);
        await reopened.AppendAsync(default, default, default); // in one segment with the record of a week ago
        clock.SetUtcNow(stopped + TimeSpan.FromDays(7));
        machine.Synchronised = true;
        clock.Advance(TimeSpan.FromHours(7));
        await reopened.AppendAsync(default, default, default);
        await reopened.AppendAsync(default, default, default); // the committer has looked at the first segment by now
        Assert.That(reopened.FirstOffset, Is.Zero, "seven hours old");

        clock.Advance(TimeSpan.FromHours(2));
        await Eventually.IsTrueAsync(() => reopened.FirstOffset >= 2, "the second record to go, nine hours old");
    }

    [Test]
    public void Time_that_nobody_counted_before_a_record_came_does_not_make_it_older() =>
        Assert.That(Holds([(1, 0), (2, 0), (0, 128), (2, 255), (2, 255), (2, 255), (4, 0), (1, 0), (3, 60), (3, 60), (4, 0), (3, 60)]));

    [Test]
    public void No_jump_and_no_restart_takes_a_record_before_its_time_or_keeps_it_for_ever()
    {
        var steps = ArbMap.Default.GeneratorFor<byte>().Two().ListOf().Select(list => list.ToArray());
        Prop.ForAll(steps.ToArbitrary(), Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(60));
    }

    private static bool Holds((byte Kind, byte Size)[] steps)
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        var machine = new Machine { Ticks = () => clock.GetTimestamp() };
        var truth = TimeSpan.Zero; // what has really passed
        var appended = new List<TimeSpan>();
        var log = Some.Log(folder.Path, Options(machine), clock);
        try
        {
            foreach (var (kind, size) in steps)
            {
                var by = TimeSpan.FromMinutes(size);
                switch (kind % 6)
                {
                    case 0:
                        machine.Synchronised = false;
                        clock.SetUtcNow(clock.GetUtcNow().AddDays((size - 128) * 30));
                        break;
                    case 1:
                        clock.SetUtcNow(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + truth);
                        machine.Synchronised = true;
                        break;
                    case 2:
                        log.DisposeAsync().AsTask().Wait();
                        truth += by;
                        clock.Advance(by);
                        if (size % 2 == 1)
                        {
                            machine.Reboot();
                        }

                        log = Some.Log(folder.Path, Options(machine), clock);
                        break;
                    case 3:
                        truth += by;
                        clock.Advance(by);
                        break;
                    default:
                        log.AppendAsync(default, default, default).AsTask().Wait();
                        appended.Add(truth);
                        break;
                }

                var gone = appended.Take((int)log.FirstOffset).Where(at => truth - at <= s_age);
                Assert.That(gone, Is.Empty, "a record went before its time");
            }

            if (appended.Count > 0)
            {
                for (var hour = 0; hour < 11; hour++)
                {
                    clock.Advance(TimeSpan.FromHours(1));
                }

                Eventually.IsTrueAsync(() => log.FirstOffset == log.NextOffset, "all to go, though no new ones come").Wait();
            }

            return true;
        }
        finally
        {
            log.DisposeAsync().AsTask().Wait();
        }
    }

    private static AppendLogOptions Options(MachineTime machine) =>
        new() { Retention = new LogRetention(Age: s_age), Machine = machine, Durability = Durability.Crash };

    private sealed class Machine : MachineTime
    {
        private Guid _boot = Guid.NewGuid();

        public bool Synchronised { get; set; }

        public Func<long> Ticks { get; init; } = static () => 0;

        public override TimeSpan SinceBoot => TimeSpan.FromTicks(Ticks());

        public override bool IsSynchronised => Synchronised;

        public override Guid Boot => _boot;

        public void Reboot() => _boot = Guid.NewGuid();
    }
}
