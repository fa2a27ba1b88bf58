using System.Runtime.InteropServices;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Routing;

/// <summary>
/// One shared subscription (MQTT 5 section 4.8.2): its members take turns, and what none of them has acknowledged waits in its backlog, once
/// for all of them. It lives as long as it has members.
/// </summary>
/// <remarks>
/// A QoS 1 message that a member has in flight stays in the backlog until the member acknowledges it: when the member goes away, another
/// gets it. A QoS 2 message is its member's from the moment it is chosen [MQTT-4.8.2-4], [MQTT-4.8.2-5].
/// </remarks>
internal sealed class ShareGroup
{
    private const char NoClientHasIt = '\0'; // not allowed in a Client Identifier [MQTT-1.5.4-2]

    private readonly List<Receiver> _members = [];
    private readonly SortedSet<long> _returned = []; // sequences in the backlog that a member had, and did not acknowledge
    private int _next;

    public ShareGroup(string name)
    {
        Name = name;
        Backlog = new Session { ClientIdentifier = NoClientHasIt + name };
    }

    /// <summary>With <c>$share/</c> and the filter.</summary>
    public string Name { get; }

    /// <summary>A session of nobody: its queue is the group's, and the journal keeps it as any other.</summary>
    public Session Backlog { get; set; }

    public IReadOnlyList<Receiver> Members => _members;

    public bool HasEnded { get; set; }

    /// <summary>Messages that no member has at present.</summary>
    public int WaitingCount => Backlog.Outbound.WaitingCount + _returned.Count;

    public static bool IsBacklog(Session session) => session.ClientIdentifier is [NoClientHasIt, ..];

    public static string NameOf(Session backlog) => backlog.ClientIdentifier[1..];

    public void Add(Subscription subscription) => _members.Add(new Receiver([subscription]));

    public void Remove(Subscription subscription)
    {
        var index = _members.FindIndex(member => ReferenceEquals(member.Session, subscription.Session));
        if (index >= 0)
        {
            _members.RemoveAt(index);
            _next -= index < _next ? 1 : 0;
        }
    }

    public Receiver MemberOf(Session session)
    {
        foreach (ref readonly var member in CollectionsMarshal.AsSpan(_members))
        {
            if (ReferenceEquals(member.Session, session))
            {
                return member;
            }
        }

        return default;
    }

    /// <summary>The next member in turn that can be sent a QoS 1 or 2 message now: one whose window is full is passed over.</summary>
    public bool TryChoose(out Receiver chosen) => TryChoose(static (session, _) => session.CanSendNow, this, out chosen);

    /// <summary>The next member in turn that can be sent a QoS 0 message now, and may have it.</summary>
    public bool TryChooseForOnce(TopicRoute route, out Receiver chosen) => TryChoose(
        static (session, route) => session.Connection is { IsCongested: false } && (session.Permissions is not { ChecksReceived: true } permissions || permissions.MayReceive(route)),
        route,
        out chosen);

    /// <summary>No member has the message.</summary>
    public bool IsWaiting(long sequence) => sequence >= Backlog.Outbound.NextToSend || _returned.Contains(sequence);

    /// <summary>The oldest message that no member has.</summary>
    public bool TryPeek(out long sequence)
    {
        var queue = Backlog.Outbound;
        while (_returned.Count > 0)
        {
            sequence = _returned.Min;
            if (sequence >= queue.Head && !queue[sequence].Has(OutboundQueue.EntryFlags.Settled))
            {
                return true;
            }

            _returned.Remove(sequence); // withdrawn meanwhile
        }

        while (queue.WaitingCount > 0 && queue[queue.NextToSend].Has(OutboundQueue.EntryFlags.Settled))
        {
            queue.Skip();
        }

        sequence = queue.NextToSend;
        return queue.WaitingCount > 0;
    }

    /// <summary>The message that <see cref="TryPeek"/> found goes to a member.</summary>
    public void Take(long sequence)
    {
        if (!_returned.Remove(sequence))
        {
            Backlog.Outbound.Skip();
        }
    }

    /// <summary>A member has gone without having acknowledged the message.</summary>
    public void Return(long sequence) => _returned.Add(sequence);

    private bool TryChoose<T>(Func<Session, T, bool> isReady, T state, out Receiver chosen)
    {
        for (var i = 0; i < _members.Count; i++)
        {
            var index = (_next + i) % _members.Count;
            if (isReady(_members[index].Session, state))
            {
                _next = index + 1;
                chosen = _members[index];
                return true;
            }
        }

        chosen = default;
        return false;
    }
}
