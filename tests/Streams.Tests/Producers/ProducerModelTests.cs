using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Producers;

/// <summary>Producers that repeat, overlap, leave gaps and come back under old epochs, a daemon that is killed at any time, and a model that knows what must be there.</summary>
public sealed class ProducerModelTests
{
    [Test]
    public void Whatever_is_repeated_and_whenever_the_daemon_is_killed_each_record_is_there_once_and_in_order() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => RunAsync(seed).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(8));

    private static async Task RunAsync(int seed)
    {
        using var folder = new TemporaryFolder();
        await using var run = new Run(folder, new Random(seed));
        for (var step = 0; step < 50; step++)
        {
            await run.StepAsync();
        }

        await run.CheckAsync();
    }

    private sealed class Run(TemporaryFolder folder, Random random) : IAsyncDisposable
    {
        private readonly Dictionary<string, (long Epoch, List<long> Offsets)> _producers = [];
        private readonly bool _dropsOldest = random.Next(2) == 0;
        private ServiceProvider? _room;
        private string _folder = folder["0"];
        private int _starts;

        private RecordStream Stream => _room!.GetRequiredService<IStreamCatalog>().Get(Some.Telemetry);

        public async Task StepAsync()
        {
            await EnsureRunningAsync();
            var name = $"p{random.Next(3)}";
            var (epoch, offsets) = _producers.GetValueOrDefault(name, (0, []));
            switch (random.Next(9))
            {
                case 0:
                    await Stream.AppendAsync(Some.Record("somebody else's")); // so that offsets of a producer do not follow each other
                    break;
                case 1 when offsets.Count > 0:
                    await RepeatAsync(name, epoch, offsets, random.Next(1, 4), more: 0);
                    break;
                case 2 when offsets.Count > 0:
                    await RepeatAsync(name, epoch, offsets, random.Next(1, 4), more: random.Next(1, 4));
                    break;
                case 3:
                    var gap = (await Assert.ThrowsAsync<OutOfSequenceException>(() => AppendAsync(name, epoch, offsets.Count + 1, 1)))!;
                    Assert.That((gap.ExpectedEpoch, gap.ExpectedSequence), Is.EqualTo((epoch, offsets.Count == 0 ? 0L : offsets.Count)));
                    break;
                case 4 when epoch > 0:
                    var zombie = (await Assert.ThrowsAsync<OutOfSequenceException>(() => AppendAsync(name, epoch - 1, random.Next(5), 1)))!;
                    Assert.That((zombie.ExpectedEpoch, zombie.ExpectedSequence), Is.EqualTo((epoch, (long)offsets.Count)));
                    break;
                case 5 when offsets.Count > 0:
                    _producers[name] = (epoch + 1, []);
                    await RepeatAsync(name, epoch + 1, _producers[name].Offsets, 0, more: random.Next(1, 4));
                    break;
                case 6:
                    await KillAsync(cutAt: null);
                    break;
                case 7:
                    await KillWithinABatchAsync(name, epoch, offsets);
                    break;
                default:
                    await RepeatAsync(name, epoch, offsets, 0, random.Next(1, 6));
                    break;
            }
        }

        /// <summary>All that is still there of each producer follows each other without a hole or a repetition, and where it was said to be.</summary>
        public async Task CheckAsync()
        {
            await KillAsync(cutAt: null);
            await EnsureRunningAsync();
            using var reader = Stream.OpenReader(0);
            var seen = new Dictionary<(string, long), long>();
            while (reader.TryRead(1000, 1 << 20, out var records))
            {
                foreach (var record in records.Where(record => record.Producer is not null))
                {
                    var mark = record.Producer!.Value;
                    Assert.That(record.Text(), Is.EqualTo($"{mark.Producer} {mark.Epoch} {mark.Sequence}"));
                    if (seen.TryGetValue((mark.Producer, mark.Epoch), out var before))
                    {
                        Assert.That(mark.Sequence, Is.EqualTo(before + 1));
                    }

                    seen[(mark.Producer, mark.Epoch)] = mark.Sequence;
                    if (_producers[mark.Producer] is var known && known.Epoch == mark.Epoch)
                    {
                        Assert.That(record.Offset, Is.EqualTo(known.Offsets[(int)mark.Sequence]));
                    }
                }
            }

            foreach (var (name, (epoch, offsets)) in _producers.Where(producer => producer.Value.Offsets.Count > 0 && producer.Value.Offsets[^1] >= Stream.FirstOffset))
            {
                Assert.That(seen[(name, epoch)], Is.EqualTo(offsets.Count - 1), "the last that was acknowledged is there");
            }
        }

        public async ValueTask DisposeAsync() => await StopAsync();

        /// <summary>The last records of a producer once more, and then new ones.</summary>
        private async Task RepeatAsync(string name, long epoch, List<long> offsets, int again, int more)
        {
            again = Math.Min(again, offsets.Count);
            var first = offsets.Count - again;
            var produced = await AppendAsync(name, epoch, first, again + more);
            Assert.That((produced.Count, produced.Duplicates), Is.EqualTo((again + more, again)));
            for (var i = 0; i < more; i++)
            {
                offsets.Add(produced.LastOffset - more + 1 + i);
            }

            Assert.That((produced.FirstOffset, produced.LastOffset), Is.EqualTo((offsets[first], offsets[^1])), "a repetition is told the offsets of the first time");
            _producers[name] = (epoch, offsets);
        }

        /// <summary>The batch is on its way, nobody hears of it, and some bytes of it have come to the disk.</summary>
        private async Task KillWithinABatchAsync(string name, long epoch, List<long> offsets)
        {
            const int Count = 5;
            var before = Stream.Describe().SizeBytes;
            var segments = Directory.GetFiles(Path.Combine(_folder, "telemetry"), "*.log").Length;
            await AppendAsync(name, epoch, offsets.Count, Count);
            var after = Stream.Describe().SizeBytes;
            var oneSegment = segments == 1 && Directory.GetFiles(Path.Combine(_folder, "telemetry"), "*.log").Length == 1;
            await KillAsync(oneSegment ? random.NextInt64(before, after + 1) : null);
            await EnsureRunningAsync();
            var produced = await AppendAsync(name, epoch, offsets.Count, Count);
            using var reader = Stream.OpenReader(0);
            var found = new List<long>();
            while (reader.TryRead(1000, 1 << 20, out var records))
            {
                found.AddRange(records.Where(record => record.Producer is { } mark && mark.Producer == name && mark.Epoch == epoch && mark.Sequence >= offsets.Count).Select(record => record.Offset));
            }

            Assert.That(found, Has.Count.EqualTo(Count), "each once");
            Assert.That((produced.FirstOffset, produced.LastOffset), Is.EqualTo((found[0], found[^1])));
            offsets.AddRange(found);
            _producers[name] = (epoch, offsets);
        }

        private Task<ProducedRecords> AppendAsync(string name, long epoch, int sequence, int count) => Stream.AppendAsync(
            [.. Enumerable.Range(sequence, count).Select(number => Some.Record($"{name} {epoch} {number}"))], new ProducerSequence(name, epoch, sequence));

        /// <summary>Goes on with a copy of the files as they are: what a kill leaves.</summary>
        private async Task KillAsync(long? cutAt)
        {
            var copy = folder[$"{++_starts}"];
            if (_room is not null)
            {
                Copy(_folder, copy);
                _folder = copy;
                if (cutAt is { } length)
                {
                    await using var segment = File.OpenWrite(Directory.GetFiles(Path.Combine(copy, "telemetry"), "*.log").Single());
                    segment.SetLength(length);
                }
            }

            await StopAsync();
        }

        private static void Copy(string from, string to)
        {
            Directory.CreateDirectory(to);
            foreach (var file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) != "lock"))
            {
                File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            }

            foreach (var inner in Directory.GetDirectories(from))
            {
                Copy(inner, Path.Combine(to, Path.GetFileName(inner)));
            }
        }

        private async Task EnsureRunningAsync()
        {
            if (_room is not null)
            {
                return;
            }

            var services = new ServiceCollection().AddLogging();
            services.Configure<StreamsOptions>(options => options["telemetry"] = new StreamOptions
            {
                Durability = Durability.Crash,
                Retention = { Records = _dropsOldest ? 40 : null },
            });
            services.AddStreams(_folder);
            _room = services.BuildServiceProvider();
            foreach (var service in _room.GetServices<IHostedService>())
            {
                await service.StartAsync(CancellationToken.None);
            }
        }

        private async Task StopAsync()
        {
            if (_room is { } room)
            {
                _room = null;
                foreach (var service in room.GetServices<IHostedService>())
                {
                    await service.StopAsync(CancellationToken.None);
                }

                await room.DisposeAsync();
            }
        }
    }
}
