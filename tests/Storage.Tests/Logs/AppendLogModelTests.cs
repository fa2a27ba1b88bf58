using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Roost.Storage.Logs;
using Roost.Tests.Support;

namespace Roost.Storage.Tests.Logs;

/// <summary>Random sequences of append, trim, reopen and read agree with a list in memory.</summary>
public sealed class AppendLogModelTests
{
    [Test]
    public void Any_sequence_of_operations_reads_like_a_list([Values(Durability.PowerLoss, Durability.Memory)] Durability durability)
    {
        var operations = ArbMap.Default.GeneratorFor<byte>().Two().ListOf().Select(list => list.ToArray());
        Prop.ForAll(operations.ToArbitrary(), steps => Agrees(steps, durability)).Check(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(120));
    }

    private static bool Agrees((byte Kind, byte Size)[] steps, Durability durability)
    {
        using var folder = new TemporaryFolder();
        var options = new AppendLogOptions { SegmentBytes = 4096, Durability = durability };
        var log = Some.Log(folder.Path, options);
        var model = new List<string>();
        long trimmed = 0;
        try
        {
            foreach (var (kind, size) in steps)
            {
                switch (kind % 8)
                {
                    case 0:
                        trimmed = Math.Max(trimmed, model.Count * size / 255);
                        log.TrimTo(trimmed);
                        break;
                    case 1:
                        log.DisposeAsync().AsTask().Wait();
                        log = Some.Log(folder.Path, options);
                        break;
                    case 2:
                        Assert.That(Read(log, model.Count * size / 255), Is.EqualTo(Expected(model, log, model.Count * size / 255)));
                        break;
                    default:
                        model.Add(string.Concat(Enumerable.Repeat(model.Count.ToString(CultureInfo.InvariantCulture), size * 2)));
                        var offset = log.Append([], [], System.Text.Encoding.ASCII.GetBytes(model[^1]));
                        Assert.That(offset, Is.EqualTo(model.Count - 1));
                        log.WaitDurableAsync(offset).AsTask().Wait();
                        break;
                }

                Assert.That(log.NextOffset, Is.EqualTo(model.Count));
                Assert.That(log.FirstOffset, Is.LessThanOrEqualTo(trimmed), "only what was trimmed is gone");
            }

            Assert.That(Read(log, 0), Is.EqualTo(Expected(model, log, 0)));
        }
        finally
        {
            log.DisposeAsync().AsTask().Wait();
        }

        return true;
    }

    private static List<(long, string)> Read(AppendLog log, long from) => Some.ReadAll(log, from);

    private static List<(long, string)> Expected(List<string> model, AppendLog log, long from)
    {
        var first = Math.Max(from, log.FirstOffset);
        return [.. model.Select((text, offset) => ((long)offset, text)).Where(record => record.Item1 >= first)];
    }
}
