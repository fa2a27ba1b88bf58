using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>What counts of the time between two processes, and that a wall clock that jumps ends and expires nothing.</summary>
public sealed class TimeOffTests
{
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V500;

    private static readonly TimeSpan s_months = TimeSpan.FromDays(150);

    private readonly TemporaryFolder _folder = new();
    private readonly TestMachine _machine = new();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_boot_with_a_clock_that_nobody_set_counts_only_what_it_lived_through()
    {
        await QueueAsync();
        _machine.Boot(_machine.Wall + s_months);
        Assert.That(await WaitingAsync(TimeSpan.Zero), Is.EqualTo("x y"));
        Assert.That(await WaitingAsync(TimeSpan.FromSeconds(79)), Is.EqualTo("x y"), "x has 100 s to live, of which 20 passed before the boot");
        Assert.That(await WaitingAsync(TimeSpan.FromSeconds(2)), Is.EqualTo("y"));
    }

    [Test]
    public async Task A_boot_in_the_past_makes_nothing_live_longer()
    {
        await QueueAsync();
        _machine.Boot(_machine.Wall - s_months);
        Assert.That(await WaitingAsync(TimeSpan.FromSeconds(79)), Is.EqualTo("x y"));
        Assert.That(await WaitingAsync(TimeSpan.FromSeconds(2)), Is.EqualTo("y"));
    }

    [Test]
    public async Task The_time_off_counts_where_a_time_server_had_set_the_clock_before_and_after()
    {
        _machine.IsSynchronised = true;
        await QueueAsync();
        _machine.Boot(_machine.Wall + TimeSpan.FromSeconds(90));
        Assert.That(await WaitingAsync(TimeSpan.Zero), Is.EqualTo("y"));
        _machine.Boot(_machine.Wall + TimeSpan.FromSeconds(3600));
        Assert.That(await WaitingAsync(TimeSpan.Zero), Is.Null, "the session had 1,000 s");
    }

    [Test]
    public async Task Between_two_processes_of_one_boot_the_machines_own_clock_counts()
    {
        await QueueAsync();
        _machine.Advance(TimeSpan.FromSeconds(81));
        _machine.Wall += s_months;
        Assert.That(await WaitingAsync(TimeSpan.Zero), Is.EqualTo("y"));
    }

    [Test]
    public async Task A_jump_while_the_broker_runs_moves_no_deadline()
    {
        await using (var journaled = await QueueAsync(close: false))
        {
            _machine.Wall += s_months;
            journaled.Turn();
            await journaled.DisposeAsync();
        }

        Assert.That(await WaitingAsync(TimeSpan.Zero), Is.EqualTo("x y"));
    }

    /// <summary>x lives 100 s, of which 20 pass; y for ever; the session 1,000 s.</summary>
    private async Task<JournaledCore> QueueAsync(bool close = true)
    {
        var journaled = new JournaledCore(_folder["sessions"], time: _machine, machine: _machine.Clock);
        SinkConnection.Accept(journaled.Core, RawClient.Connect("s", V5, expirySeconds: 1000) + RawClient.Subscribe("t", 1, V5)).Say("E000");
        SinkConnection.Accept(
            journaled.Core,
            RawClient.Connect("p", V5) + RawClient.Publish("t", "x", 1, 1, properties: "0200000064") + RawClient.Publish("t", "y", 1, 2, properties: ""));
        _machine.Advance(TimeSpan.FromSeconds(20));
        journaled.Turn();
        journaled.Core.DisconnectAll();
        journaled.Turn();
        if (close)
        {
            await journaled.DisposeAsync();
        }

        return journaled;
    }

    /// <summary>What has not expired after a start and <paramref name="later"/>; null: the session has ended.</summary>
    private async Task<string?> WaitingAsync(TimeSpan later)
    {
        await using var journaled = new JournaledCore(_folder["sessions"], time: _machine, machine: _machine.Clock);
        _machine.Advance(later);
        journaled.Turn();
        var waiting = journaled.Core.Sessions.SingleOrDefault(static session => session.ClientIdentifier == "s") is { } session
            ? string.Join(' ', Enumerable.Range((int)session.Outbound.Head, session.Outbound.Count)
                .Select(sequence => session.Outbound[sequence].Message!)
                .Where(message => !message.HasExpired(journaled.Core.Now))
                .Select(static message => System.Text.Encoding.ASCII.GetString(message.Payload)))
            : null;
        journaled.Core.DisconnectAll();
        return waiting;
    }
}
