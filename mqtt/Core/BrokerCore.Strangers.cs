using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>
/// Of what all clients share (<c>max-sessions</c>, <c>max-queued-total</c>, <c>max-retained</c>, <c>max-retained-size</c>) anonymous clients have at most
/// half together, where others are known by name: whoever comes along cannot take the place of those. See ADR 0094.
/// </summary>
internal sealed partial class BrokerCore
{
    /// <summary>Sessions of anonymous clients.</summary>
    public int StrangerSessions { get; private set; }

    /// <summary>Of messages that at least one of them holds, or that one of them published as a retained message, each counted once.</summary>
    public long StrangerBytes { get; private set; }

    private bool AreOthersKnown => Hooks.Authenticator is not null || Hooks.Methods.Count > 0;

    private bool IsHalfTaken(bool isStranger, long taken, long most) => isStranger && AreOthersKnown && taken > most / 2;

    private void AddSession(Session session)
    {
        _sessions.Add(session.ClientIdentifier, session);
        StrangerSessions += session.IsStranger ? 1 : 0;
    }

    private bool RemoveSession(Session session)
    {
        var wasThere = _sessions.Remove(session.ClientIdentifier);
        StrangerSessions -= wasThere && session.IsStranger ? 1 : 0;
        return wasThere;
    }

    private void SetOwner(Session session, string? identity)
    {
        session.Identity = identity;
        session.IsOwnerKnown = true;
        if (session.IsStranger != (identity is null))
        {
            StrangerSessions += identity is null ? 1 : -1;
            SetStranger(session, identity is null);
        }
    }

    /// <summary>Nobody's backlog is that of its members: of strangers, while no other is among them.</summary>
    private void SetStranger(ShareGroup group)
    {
        var areStrangers = true;
        foreach (var member in group.Members)
        {
            areStrangers &= member.Session.IsStranger;
        }

        if (group.Backlog.IsStranger != areStrangers)
        {
            SetStranger(group.Backlog, areStrangers);
        }
    }

    /// <summary>What it holds counts for the others from now on.</summary>
    private void SetStranger(Session session, bool isStranger)
    {
        session.IsStranger = isStranger;
        var queue = session.Outbound;
        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            if (queue[sequence].Message is { } message)
            {
                StrangerBytes += isStranger ? TakeByStranger(message) : -LeaveByStranger(message);
            }
        }
    }

    private static int TakeByStranger(StoredMessage message) => message.StrangerHolders++ == 0 ? message.Bytes : 0;

    private static int LeaveByStranger(StoredMessage message) => --message.StrangerHolders == 0 ? message.Bytes : 0;
}
