using Microsoft.Extensions.Logging.Abstractions;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Tests.Policies;
using Roost.Storage;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A broker's core on a journal, whose turns the test makes.</summary>
internal sealed class JournaledCore : IAsyncDisposable
{
    /// <summary>Who says a user name is let in as that.</summary>
    public static readonly ClientHooks ByUserName = new(
        new TestAuthenticator(static (credentials, _) => ValueTask.FromResult(ClientAdmission.Admit(credentials.UserName!))), ClientHooks.None.Methods);

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly LoopClock _clock;
    private readonly TimerHeap _timers = new();
    private readonly Mailbox _mailbox = new(static () => { });

    public JournaledCore(string folder, JournalSizes? sizes = null, Durability durability = Durability.Crash, TimeProvider? time = null, Func<LogJournal, ISessionJournal>? wrap = null, MachineTime? machine = null, MqttLimitsOptions? limits = null, ClientHooks? hooks = null)
    {
        _folder = folder;
        _time = time ?? TimeProvider.System;
        _clock = new LoopClock(_time);
        _clock.Update();
        Journal = new LogJournal(new MqttOptions { Folder = folder, Durability = durability }, _time, _clock, static () => { }, null, NullLogger.Instance, machine)
        {
            Sizes = sizes ?? new JournalSizes(),
        };
        Core = new BrokerCore(
            limits ?? new MqttLimitsOptions { MaxQueued = 1_000_000, MaxQueuedSizeBytes = 1_000_000_000, MaxQueuedTotalBytes = 1_000_000_000 }, wrap?.Invoke(Journal) ?? Journal, _clock, _timers, _mailbox, new BrokerCounters(), NullLogger.Instance)
        {
            Hooks = hooks ?? ClientHooks.None,
        };
        Core.Restore();
    }

    public LogJournal Journal { get; }

    public BrokerCore Core { get; }

    public void Turn()
    {
        _clock.Update();
        _mailbox.Drain();
        _timers.Fire(_clock.Now);
        Core.EndTurn();
    }

    /// <summary>Makes turns until all is durable that has been written down by now.</summary>
    public void Settle()
    {
        var ticket = Journal.NextTicket;
        for (Turn(); Journal.DurableThrough < ticket; Turn())
        {
            Thread.Yield();
        }
    }

    /// <summary>Makes turns until a kill would lose nothing.</summary>
    public async Task ExpectKillToLoseNothingAsync(string when)
    {
        var (live, left) = ("", "");
        var began = TimeProvider.System.GetTimestamp();
        do
        {
            Turn();
            if (Journal.IsBroken)
            {
                (_time as ManualTimeProvider)?.Advance(TimeSpan.FromSeconds(20)); // the next attempt to repair is due
            }

            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(10))
            {
                Assert.That(left, Is.EqualTo(live), when);
                Assert.That(Journal.IsBroken, Is.False, when);
            }

            (live, left) = (BrokerState.Of(Core), await BrokerState.AfterKillAsync(_folder, _time));
        }
        while (live != left || Journal.IsBroken);
    }

    public ValueTask DisposeAsync() => Journal.DisposeAsync();
}
