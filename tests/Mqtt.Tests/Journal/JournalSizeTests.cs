using Roost.Mqtt.Sessions;
using Roost.Mqtt.Tests.Broker;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

public sealed class JournalSizeTests
{
    // Below 64 MiB nothing is copied; then the oldest go, segment by segment of 8 MiB, while others are still being written.
    private const long Most = (64 + 24) * 1024 * 1024;

    [Test]
    public async Task A_queue_that_is_filled_and_drained_leaves_a_bounded_log_though_its_first_record_stays()
    {
        using var folder = new TemporaryFolder();
        await using var journaled = new JournaledCore(folder["sessions"]);
        var publisher = SinkConnection.Accept(journaled.Core, RawClient.Connect("p") + RawClient.Publish("kept", "from the beginning", 1, 1, retain: true));
        var reader = SinkConnection.Accept(journaled.Core, RawClient.Connect("r", clean: false) + RawClient.Subscribe("a", 1));
        var session = reader.Session!;
        var publish = Convert.FromHexString(RawClient.Publish("a", new string('x', 500), 1, 1));
        var largest = 0L;
        for (var i = 0; i < 200_000; i++)
        {
            journaled.Core.OnReceived(publisher, publish, out _);
            if (i % 100 == 99)
            {
                journaled.Turn();
                if (i % 10_000 == 9_999)
                {
                    Drain(reader, session, journaled);
                }

                largest = Math.Max(largest, journaled.Journal.SizeBytes);
                await WhileBehindAsync(journaled);
            }
        }

        Assert.That(largest, Is.LessThan(Most));
        await journaled.ExpectKillToLoseNothingAsync("after 200,000 messages");
        Assert.That(BrokerState.Of(journaled.Core), Does.Contain("retained kept 18"));
    }

    [Test]
    public async Task A_retained_message_that_is_overwritten_100000_times_leaves_a_bounded_log()
    {
        using var folder = new TemporaryFolder();
        await using var journaled = new JournaledCore(folder["sessions"]);
        var publisher = SinkConnection.Accept(journaled.Core, RawClient.Connect("p"));
        var payload = new string('x', 1500);
        var largest = 0L;
        for (var i = 0; i < 100_000; i++)
        {
            publisher.Say(RawClient.Publish($"r/{i % 7}", $"{i:000000}{payload}", 1, 1, retain: true));
            if (i % 100 == 99)
            {
                journaled.Turn();
                largest = Math.Max(largest, journaled.Journal.SizeBytes);
                await WhileBehindAsync(journaled);
            }
        }

        Assert.That(largest, Is.LessThan(Most));
        await journaled.ExpectKillToLoseNothingAsync("after 100,000 retained messages");
    }

    [Test]
    public async Task A_hundred_thousand_queued_messages_are_opened_in_moments()
    {
        using var folder = new TemporaryFolder();
        await using (var journaled = new JournaledCore(folder["sessions"], durability: Durability.Crash))
        {
            SinkConnection.Accept(journaled.Core, RawClient.Connect("r", clean: false) + RawClient.Subscribe("a", 1)).Say("E000");
            var publisher = SinkConnection.Accept(journaled.Core, RawClient.Connect("p"));
            var publish = Convert.FromHexString(RawClient.Publish("a", new string('x', 100), 1, 1));
            for (var i = 0; i < 100_000; i++)
            {
                while (publisher.IsHeld)
                {
                    journaled.Turn();
                    await Task.Yield();
                }

                journaled.Core.OnReceived(publisher, publish, out _);
            }
        }

        var began = TimeProvider.System.GetTimestamp();
        await using var opened = new JournaledCore(folder["sessions"]);
        var took = TimeProvider.System.GetElapsedTime(began);
        TestContext.Out.WriteLine($"100,000 messages of 100 B in {took.TotalMilliseconds:0} ms");
        Assert.That(opened.Core.Sessions.Single().Outbound.Count, Is.EqualTo(100_000));
        Assert.That(took, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    private static void Drain(SinkConnection reader, Session session, JournaledCore journaled)
    {
        while (session.Outbound.Count > 0)
        {
            reader.Say($"4002{OutboundQueue.PacketIdentifierOf(session.Outbound.Head):X4}");
        }

        journaled.Turn();
    }

    /// <summary>As publishers are made to wait by the loop.</summary>
    private static Task WhileBehindAsync(JournaledCore journaled) => Eventually.IsTrueAsync(
        () =>
        {
            journaled.Turn();
            return !journaled.Journal.IsBehind;
        },
        "the disk");
}
