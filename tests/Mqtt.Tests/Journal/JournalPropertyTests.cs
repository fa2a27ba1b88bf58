using FsCheck;
using FsCheck.Fluent;
using Roost.Mqtt.Journal;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>Whatever the clients do: what a kill leaves is what memory holds.</summary>
public sealed class JournalPropertyTests
{
    private const int Steps = 1500;

    // Compaction is under way nearly always, and a kill at any of the points looked at falls into it.
    private static readonly JournalSizes s_small = new(SegmentBytes: 32 * 1024, HousekeepingEveryBytes: 4096, LeastLogBytes: 64 * 1024, CopiedBytesPerTurn: 2048);

    [Test]
    public void A_kill_at_any_point_of_any_life_leaves_the_live_state() =>
        Prop.ForAll<int>(static seed => LiveAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(6));

    [Test]
    public void So_it_does_when_the_disk_is_full_now_and_then() =>
        Prop.ForAll<int>(static seed => LiveOnSmallDiskAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static async Task LiveAsync(int seed)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(~seed);
        for (var life = 0; life < 2; life++) // the second on what the first left
        {
            await using var journaled = new JournaledCore(folder["sessions"], s_small);
            var lives = new RandomLife(journaled.Core, seed + life);
            for (var step = 0; step < Steps; step++)
            {
                lives.Step();
                if (random.Next(4) == 0)
                {
                    journaled.Turn();
                }

                if (random.Next(150) == 0)
                {
                    await journaled.ExpectKillToLoseNothingAsync($"seed {seed}, step {step}");
                }
            }

            await journaled.ExpectKillToLoseNothingAsync($"seed {seed}, end of life {life}");
        }
    }

    private static async Task LiveOnSmallDiskAsync(int seed)
    {
        using var disk = new SmallDisk(2);
        var time = new ManualTimeProvider();
        await using var journaled = new JournaledCore(Path.Combine(disk.Path, "sessions"), s_small, time: time);
        var lives = new RandomLife(journaled.Core, seed);
        var random = new Random(~seed);
        for (var step = 0; step < Steps; step++)
        {
            lives.Step();
            if (random.Next(4) == 0)
            {
                journaled.Turn();
            }

            switch (random.Next(100))
            {
                case 0:
                    disk.Fill(leave: random.Next(3) * 4096);
                    break;
                case 1:
                    disk.Free();
                    break;
                case < 4:
                    time.Advance(TimeSpan.FromSeconds(20)); // another attempt to repair is due, whether there is room or not
                    break;
            }

            if (random.Next(200) == 0)
            {
                disk.Free();
                time.Advance(TimeSpan.FromSeconds(20));
                await journaled.ExpectKillToLoseNothingAsync($"seed {seed}, step {step}");
            }
        }
    }
}
