using System.Text;
using Roost.Mqtt.Drops;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Messages that do not get where they were to go.</summary>
internal sealed partial class BrokerCore
{
    private const int MaxReportedClients = 100;

    public DropReport DescribeDrops()
    {
        var prefixes = Counters.Drops.Prefixes;
        return new DropReport(
            Counters.Drops.Total.Copy(),
            [.. prefixes.Rows.Select(static row => new DropReport.Row(Encoding.UTF8.GetString(row.Key), row.Value.Copy())).OrderByDescending(static row => row.Counts.Total)],
            prefixes.Others.Copy(),
            [.. _sessions.Values.Where(static session => session.Drops is not null).OrderByDescending(static session => session.Drops!.Total).Take(MaxReportedClients)
                .Select(static session => new DropReport.Row(session.ClientIdentifier, session.Drops!.Copy()))]);
    }

    /// <summary>The one place through which every message that is lost for somebody is counted; see <see cref="DropLedger.Count"/>.</summary>
    private void Drop(DropReason reason, Session? session, ReadOnlySpan<byte> topic) => Counters.Drops.Count(reason, session, topic);

    /// <summary>What was sent and not acknowledged may have arrived: only what never went out is known to be lost.</summary>
    private void DropUnsent(Session session, in OutboundQueue.Entry entry)
    {
        if (entry.Message is { } message && !entry.Has(OutboundQueue.EntryFlags.WasSent) && !entry.Has(OutboundQueue.EntryFlags.Settled))
        {
            Drop(message.HasExpired(_clock.Now) ? DropReason.Expired : DropReason.SessionEnded, session, message.Topic);
        }
    }
}
