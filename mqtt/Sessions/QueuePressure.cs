using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Sessions;

/// <summary>
/// From when a queue of somebody who is here passed its high-water mark until it has drained. Publishers are held until the patience is
/// over, once in an episode; from then on (<see cref="IsGivenUp"/>) what does not fit is dropped.
/// </summary>
/// <param name="share">Whose backlog it is; null for the queue of a client.</param>
internal sealed class QueuePressure(BrokerCore core, Session session, ShareGroup? share) : Timed
{
    public Session Session => session;

    public ShareGroup? Share => share;

    /// <summary>Connections from which nothing is read because of this queue. Some may be closed.</summary>
    public List<Connection> Held { get; } = [];

    public bool IsGivenUp { get; set; }

    /// <summary>Somebody is connected who could take from the queue.</summary>
    public bool IsAttended => IsAttendedBy(session, share);

    /// <summary>As the queue is now: a sixteenth below the mark, so that reading is not stopped and begun for each message.</summary>
    public bool IsOver => IsBelow(session, share, MarkOf(session) - (session.Limits.MaxQueued / 16), session.Limits.MaxQueuedSizeBytes / 16 * 11);

    public static bool IsAttendedBy(Session session, ShareGroup? share)
    {
        if (share is null)
        {
            return session.Connection is not null;
        }

        foreach (var member in share.Members)
        {
            if (member.Session.Connection is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Three quarters of what the queue may hold, by number or by bytes.</summary>
    public static bool IsPastMark(Session session, ShareGroup? share) =>
        !IsBelow(session, share, MarkOf(session), session.Limits.MaxQueuedSizeBytes / 4 * 3);

    public override void OnDue(long now) => core.OnPatienceOver(this);

    private static int MarkOf(Session session) => session.Limits.MaxQueued - (session.Limits.MaxQueued / 4);

    private static bool IsBelow(Session session, ShareGroup? share, int messages, int bytes) =>
        (share?.WaitingCount ?? session.Outbound.WaitingCount) < messages && session.Outbound.Bytes < bytes;
}
