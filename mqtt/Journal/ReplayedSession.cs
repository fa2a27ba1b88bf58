using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Roost.Mqtt.Core;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>A session while its records are read. Its own record may come behind those that mention it, when it was written anew.</summary>
internal sealed class ReplayedSession(long number)
{
    private readonly List<Target> _targets = [];
    private readonly HashSet<long> _settledBeyond = [];
    private Dictionary<long, StoredMessage>? _bySequence; // made when a message is handed on
    private bool _isNamed;
    private int[]? _lastIdentifiers;
    private bool _isSorted = true; // so far, no target came before one with a lower sequence number
    private long _head;
    private long _tail;
    private long _sent; // none from there on had been sent when the client left

    public bool IsEnded { get; set; }

    /// <summary>Also a session that ends with its connection, while its will has not been published.</summary>
    public bool IsAlive => _isNamed && !IsEnded && (Session.IsDurable || Session.Will is not null);

    /// <summary>In the journal's time; null: the client was there when the process ended.</summary>
    public DateTimeOffset? LeftAt { get; private set; }

    /// <summary>The same object from the first mention on, for subscriptions to point to.</summary>
    public Session Session { get; } = new() { JournalNumber = number };

    public Dictionary<(string Filter, string ShareName), Subscription> Subscriptions { get; } = [];

    public HashSet<long> Released { get; } = [];

    public HashSet<ushort> Inbound { get; } = [];

    public Session TakeSession(ref RecordParser parser, ReadOnlySpan<byte> payload)
    {
        Session.ClientIdentifier = parser.ReadText();
        Session.Version = (MqttProtocolVersion)parser.ReadByte();
        Session.ExpirySeconds = (uint)parser.ReadNumber();
        _head = Math.Max(_head, parser.ReadNumber());
        _tail = Math.Max(_tail, parser.ReadNumber());
        var left = parser.ReadNumber();
        LeftAt = left == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(left);
        _isNamed = true;
        Inbound.Clear(); // the record has all that were taken before it
        for (var count = parser.ReadCount(); count > 0; count--)
        {
            Inbound.Add((ushort)parser.ReadNumber());
        }

        _sent = parser.Version == 1 ? _tail : parser.ReadNumber();
        Session.Will = parser.Version == 1 ? null : ReadWill(ref parser, payload);
        var owner = parser.Version < 3 ? 0 : parser.ReadByte();
        Session.IsOwnerKnown = owner != 0;
        Session.Identity = owner == 2 ? parser.ReadText() : null;
        return Session;
    }

    public Subscription TakeSubscription(ref RecordParser parser)
    {
        var filter = parser.ReadText();
        var shareName = parser.ReadText();
        var options = parser.ReadByte();
        var subscription = new Subscription(TopicFilter.Parse(filter), shareName.Length == 0 ? null : shareName)
        {
            Session = Session,
            MaximumQualityOfService = (QualityOfService)(options & 3),
            NoLocal = (options & 4) != 0,
            RetainAsPublished = (options & 8) != 0,
            IsRetainedDue = (options & 16) != 0,
            Identifier = parser.ReadCount(),
        };
        Subscriptions[(filter, shareName)] = subscription;
        return subscription;
    }

    public void TakeTarget(ref RecordParser parser, StoredMessage message)
    {
        var sequence = parser.ReadNumber();
        var options = parser.ReadByte();
        var identifiers = ReadIdentifiers(ref parser);
        if ((options & 8) != 0)
        {
            Released.Add(sequence);
        }

        _tail = Math.Max(_tail, sequence + 1);
        _bySequence?[sequence] = message;
        _isSorted &= _targets.Count == 0 || _targets[^1].Sequence <= sequence;
        _targets.Add(new Target(sequence, message, identifiers, (QualityOfService)(options & 3), (options & 4) != 0));
    }

    /// <summary>The message waits elsewhere from now on.</summary>
    public bool TryHandOn(long sequence, [NotNullWhen(true)] out StoredMessage? message)
    {
        if (_bySequence is null)
        {
            _bySequence = [];
            foreach (var target in _targets)
            {
                _bySequence[target.Sequence] = target.Message;
            }
        }

        _settledBeyond.Add(sequence);
        return _bySequence.TryGetValue(sequence, out message);
    }

    public void TakeSettled(ref RecordParser parser)
    {
        var head = parser.ReadNumber();
        _head = Math.Max(_head, head);
        for (var count = parser.ReadCount(); count > 0; count--)
        {
            _settledBeyond.Add(head + parser.ReadNumber());
        }
    }

    /// <summary>All records have been read.</summary>
    public void Finish()
    {
        Session.InboundIdentifiers = Inbound.Count == 0 ? null : Inbound.ToDictionary(static identifier => identifier, static _ => (PendingAcknowledgement?)null);
        Session.Outbound = Queue();
    }

    /// <returns>Null: none. The same array as the last time where it says the same, which is the rule.</returns>
    private int[]? ReadIdentifiers(ref RecordParser parser)
    {
        var count = parser.ReadCount();
        if (count == 0)
        {
            return null;
        }

        var identifiers = new int[count];
        for (var i = 0; i < count; i++)
        {
            identifiers[i] = parser.ReadCount();
        }

        return _lastIdentifiers.AsSpan().SequenceEqual(identifiers) ? _lastIdentifiers : _lastIdentifiers = identifiers;
    }

    private static Will? ReadWill(ref RecordParser parser, ReadOnlySpan<byte> payload)
    {
        var options = parser.ReadByte();
        if (options == 0)
        {
            return null;
        }

        var (delay, patience) = ((uint)parser.ReadNumber(), parser.ReadCount());
        var message = new MqttMessage
        {
            Topic = TopicName.Parse(parser.ReadText()),
            Payload = payload.ToArray(),
            QualityOfService = (QualityOfService)(options & 3),
            Retain = (options & 4) != 0,
            Properties = PublishProperties.Read(parser.ReadBytes()),
        };
        return new Will(message, delay, patience);
    }

    /// <summary>In the order of the sequence numbers; what was settled out of order leaves a settled entry.</summary>
    private OutboundQueue Queue()
    {
        var waiting = Waiting();
        var first = waiting.IsEmpty ? Math.Max(_head, _tail) : waiting[0].Sequence;
        var queue = new OutboundQueue(first, capacity: (int)(_tail - first));
        queue.RestoreSent(_sent);
        for (var i = 0; i < waiting.Length; i++)
        {
            ref readonly var target = ref waiting[i];
            if (i + 1 < waiting.Length && waiting[i + 1].Sequence == target.Sequence)
            {
                continue; // of two records of one message, the later one counts
            }

            AddSettled(queue, target.Sequence);
            Add(queue, target);
            target.Message.AddTarget(Session, target.Sequence);
        }

        AddSettled(queue, _tail);
        return queue;
    }

    /// <summary>What the session has not settled, by sequence number; of one number, in the order of the records.</summary>
    private ReadOnlySpan<Target> Waiting()
    {
        if (!Session.IsDurable)
        {
            return [];
        }

        if (!_isSorted)
        {
            var inOrder = _targets.OrderBy(static target => target.Sequence).ToList(); // stable
            _targets.Clear();
            _targets.AddRange(inOrder);
        }

        _targets.RemoveAll(target => target.Sequence < _head || _settledBeyond.Contains(target.Sequence));
        return CollectionsMarshal.AsSpan(_targets);
    }

    private static void AddSettled(OutboundQueue queue, long end)
    {
        while (queue.Tail < end)
        {
            queue.Add(new OutboundQueue.Entry { Flags = OutboundQueue.EntryFlags.Settled });
        }
    }

    private void Add(OutboundQueue queue, in Target target)
    {
        var flags = OutboundQueue.EntryFlags.IsTarget;
        flags |= MayHaveBeenSent(target) ? OutboundQueue.EntryFlags.WasSent : OutboundQueue.EntryFlags.None;
        flags |= target.Retain ? OutboundQueue.EntryFlags.Retain : OutboundQueue.EntryFlags.None;
        flags |= Released.Contains(target.Sequence) ? OutboundQueue.EntryFlags.Released : OutboundQueue.EntryFlags.None;
        queue.Add(new OutboundQueue.Entry
        {
            Message = target.Message,
            QualityOfService = target.QualityOfService,
            SubscriptionIdentifiers = target.SubscriptionIdentifiers,
            Flags = flags,
        });
    }

    /// <summary>
    /// Then it says that it may be a repetition, and does not expire: the client may hold the identifier of a QoS 2 message, which has to be
    /// let go by the rest of the exchange. While the client was there, only QoS 1 messages that can expire are taken for unsent.
    /// </summary>
    private bool MayHaveBeenSent(in Target target) => target.Sequence < _sent
        || (LeftAt is null && (target.QualityOfService == QualityOfService.ExactlyOnce || target.Message.ExpiresAt == long.MaxValue));

    private readonly record struct Target(long Sequence, StoredMessage Message, int[]? SubscriptionIdentifiers, QualityOfService QualityOfService, bool Retain);
}
