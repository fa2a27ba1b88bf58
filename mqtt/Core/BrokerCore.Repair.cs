using Roost.Mqtt.Loop;
using Roost.Mqtt.Sessions;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Core;

/// <summary>
/// A journal that refused records, because the disk was full: who was promised nothing is told so, and what memory holds is written
/// down once there is room again.
/// </summary>
internal sealed partial class BrokerCore
{
    private const long LookAfterMilliseconds = 1000;

    private readonly Wakener _wakener = new();

    private void TendJournal()
    {
        if (_journal.Maintain())
        {
            ResumeAfterRepair();
        }

        if (_journal.IsBroken)
        {
            _journal.Repair(_retained);
            if (_wakener.HeapIndex < 0)
            {
                Timers.Set(_wakener, _clock.Now + LookAfterMilliseconds);
            }
        }
    }

    /// <summary>What waited for records that were refused.</summary>
    private void ResumeAfterRepair()
    {
        foreach (var session in _sessions.Values)
        {
            // Also of one who is away, or whose turn has not come: a PUBREL that stays held would never be sent.
            for (var sequence = session.Outbound.Head; sequence < session.Outbound.Tail; sequence++)
            {
                SendHeldRelease(session, sequence);
            }

            SendWaiting(session);
        }
    }

    /// <summary>
    /// The publisher is told that its message is not kept, and may send it again: so those who have not been sent it yet are not to get
    /// it twice. A retained message stays the topic's last one.
    /// </summary>
    private void Withdraw(StoredMessage message)
    {
        foreach (var (session, sequence) in message.Targets.ToArray())
        {
            var queue = session.Outbound;
            if (sequence >= queue.NextToSend && sequence < queue.Tail && ReferenceEquals(queue[sequence].Message, message)
                && !queue[sequence].Has(OutboundQueue.EntryFlags.WasSent))
            {
                Settle(session, sequence, wasInFlight: false);
            }
        }
    }

    private static ReasonCode ReasonFor(Exception fault) => fault switch
    {
        LogFullException => ReasonCode.QuotaExceeded,
        MqttPublishRefusedException { ReasonCode: { } code } => code,
        _ => ReasonCode.ImplementationSpecificError,
    };

    /// <summary>Ends the loop's wait; the turn looks after the journal by itself.</summary>
    private sealed class Wakener : Timed
    {
        public override void OnDue(long now)
        {
        }
    }
}
