using System.Text;
using Roost.Mqtt.Drops;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Tests.Drops;

public sealed class DropLedgerTests
{
    [TestCase("robots/vac-01/telemetry/x", "robots/vac-01")]
    [TestCase("robots/vac-01", "robots/vac-01")]
    [TestCase("robots", "robots")]
    [TestCase("robots/", "robots/")]
    [TestCase("//a", "/")]
    public void A_drop_counts_for_the_first_two_levels_of_its_topic(string topic, string prefix)
    {
        var ledger = new DropLedger();

        ledger.Count(DropReason.Expired, session: null, Encoding.UTF8.GetBytes(topic));

        Assert.That(Rows(ledger), Is.EquivalentTo(new[] { (prefix, 1L) }));
    }

    [Test]
    public void A_drop_counts_for_its_session_and_in_total()
    {
        var ledger = new DropLedger();
        var session = new Session();

        ledger.Count(DropReason.TooLarge, session, "a"u8);
        ledger.Count(DropReason.TooLarge, session: null, "a"u8);
        ledger.Count(DropReason.SlowReader, session, "b"u8);

        Assert.That(session.Drops![DropReason.TooLarge], Is.EqualTo(1));
        Assert.That(session.Drops.Total, Is.EqualTo(2));
        Assert.That(ledger.Total[DropReason.TooLarge], Is.EqualTo(2));
        Assert.That(ledger.Total.Total, Is.EqualTo(3));
    }

    [Test]
    public void A_flood_of_prefixes_stays_in_bounds_loses_no_count_and_leaves_what_drops_most()
    {
        var ledger = new DropLedger();
        for (var i = 0; i < 100; i++)
        {
            ledger.Count(DropReason.SlowReader, session: null, "robots/vac-01/pose"u8);
        }

        for (var i = 0; i < 10_000; i++)
        {
            ledger.Count(DropReason.Expired, session: null, Encoding.UTF8.GetBytes($"flood/{i}"));
        }

        var rows = Rows(ledger);
        Assert.That(rows, Has.Count.EqualTo(DropsByPrefix.MaxRows).And.Contains(("robots/vac-01", 100L)));
        Assert.That(rows.Sum(static row => row.Total) + ledger.Prefixes.Others.Total, Is.EqualTo(10_100));
    }

    [Test]
    public void A_level_of_any_length_is_cut_between_two_characters()
    {
        var ledger = new DropLedger();

        ledger.Count(DropReason.Expired, session: null, Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("ä", 32_000))));

        Assert.That(Rows(ledger)[0].Prefix, Is.EqualTo("x" + string.Concat(Enumerable.Repeat("ä", 63))));
    }

    [Test]
    public void Nothing_is_allocated_for_what_was_counted_before()
    {
        var ledger = new DropLedger();
        var session = new Session();
        void Count()
        {
            ledger.Count(DropReason.SlowReader, session, "robots/vac-01/pose"u8);
            ledger.Count(DropReason.QueueFullBytes, session, "robots/vac-02/pose"u8);
        }

        Count();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Count();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Names_are_words_with_dashes() =>
        Assert.That(DropCounts.Reasons.Select(DropCounts.NameOf), Has.Member("queue-full-bytes").And.Member("slow-reader").And.All.Match("^[a-z-]+$"));

    private static List<(string Prefix, long Total)> Rows(DropLedger ledger) =>
        [.. ledger.Prefixes.Rows.Select(static row => (Encoding.UTF8.GetString(row.Key), row.Value.Total))];
}
