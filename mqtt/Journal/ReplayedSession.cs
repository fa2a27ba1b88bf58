using System.Diagnostics.CodeAnalysis;
using Roost.Mqtt.Core;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>A session while its records are read. Its own record may come behind those that mention it, when it was written anew.</summary>
/// <param name="live">What nobody waits for any more is taken out at once: the longest part of a journal may be settled.</param>
internal sealed class ReplayedSession(long number, LiveRecords live)
{
    private readonly HashSet<long> _settledBeyond = [];
    private bool _isNamed;
    private int[]? _lastIdentifiers;
    private long _head;
    private long _tail;
    private long _sent; // none from there on had been sent when the client left

    public bool IsEnded { get; private set; }

    /// <summary>Also a session that ends with its connection, while its will has not been published.</summary>
    public bool IsAlive => _isNamed && !IsEnded && (Session.IsDurable || Session.Will is not null);

    /// <summary>In the journal's time; null: the client was there when the process ended.</summary>
    public DateTimeOffset? LeftAt { get; private set; }

    /// <summary>The same object from the first mention on, for subscriptions to point to.</summary>
    public Session Session { get; } = new() { JournalNumber = number };

    public Dictionary<(string Filter, string ShareName), Subscription> Subscriptions { get; } = [];

    public HashSet<long> Released { get; } = [];

    public HashSet<ushort> Inbound { get; } = [];

    /// <summary>In the order of the sequence numbers; what was settled out of order leaves a settled entry.</summary>
    private OutboundQueue Queue => Session.Outbound;

    public Session TakeSession(ref RecordParser parser, ReadOnlySpan<byte> payload)
    {
        Session.ClientIdentifier = parser.ReadText();
        Session.Version = (MqttProtocolVersion)parser.ReadByte();
        Session.ExpirySeconds = (uint)parser.ReadNumber();
        MoveHead(parser.ReadNumber());
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
        if (sequence < _head || IsEnded || (_settledBeyond.Count > 0 && _settledBeyond.Contains(sequence)))
        {
            return;
        }

        var entry = new OutboundQueue.Entry
        {
            Message = message,
            QualityOfService = (QualityOfService)(options & 3),
            Flags = OutboundQueue.EntryFlags.IsTarget | ((options & 4) != 0 ? OutboundQueue.EntryFlags.Retain : OutboundQueue.EntryFlags.None),
        };
        LetGo(Queue.Restore(sequence, entry, identifiers)); // of two records of one message, the later one counts
        message.AddTarget(Session, sequence);
    }

    /// <summary>The message waits elsewhere from now on; <see cref="Settle"/> it here when it does.</summary>
    public bool TryHandOn(long sequence, [NotNullWhen(true)] out StoredMessage? message)
    {
        message = MessageAt(sequence);
        if (message is null)
        {
            _settledBeyond.Add(sequence);
        }

        return message is not null;
    }

    /// <summary>The session does not wait for the message any more.</summary>
    /// <returns>False: no record of it has been read.</returns>
    public bool Settle(long sequence)
    {
        if (MessageAt(sequence) is not { } message)
        {
            return false;
        }

        Queue.Settle(sequence, wasInFlight: false);
        LetGo(message);
        return true;
    }

    /// <summary>No message waits for it any more.</summary>
    public void End()
    {
        IsEnded = true;
        SettleBefore(Queue.Tail);
    }

    public void TakeSettled(ref RecordParser parser)
    {
        var head = parser.ReadNumber();
        MoveHead(head);
        for (var count = parser.ReadCount(); count > 0; count--)
        {
            var sequence = head + parser.ReadNumber();
            if (!Settle(sequence))
            {
                _settledBeyond.Add(sequence);
            }
        }
    }

    /// <summary>All records have been read.</summary>
    public void Finish()
    {
        Session.InboundIdentifiers = Inbound.Count == 0 ? null : Inbound.ToDictionary(static identifier => identifier, static _ => (PendingAcknowledgement?)null);
        if (!Session.IsDurable)
        {
            SettleBefore(Queue.Tail);
        }

        Queue.RestoreTail(Math.Max(_head, _tail));
        Queue.RestoreSent(Math.Max(Queue.Head, _sent));
        for (var sequence = Queue.Head; sequence < Queue.Tail; sequence++)
        {
            ref var entry = ref Queue[sequence];
            if (entry.Message is not null)
            {
                entry.Flags |= MayHaveBeenSent(sequence, entry) ? OutboundQueue.EntryFlags.WasSent : OutboundQueue.EntryFlags.None;
                entry.Flags |= Released.Count > 0 && Released.Contains(sequence) ? OutboundQueue.EntryFlags.Released : OutboundQueue.EntryFlags.None;
            }
        }
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
        var credential = parser.Version < 4 ? "" : parser.ReadText();
        return new Will(message, delay, patience, credential.Length == 0 ? null : credential);
    }

    private StoredMessage? MessageAt(long sequence) => sequence >= Queue.Head && sequence < Queue.Tail ? Queue[sequence].Message : null;

    private void MoveHead(long head)
    {
        if (head > _head)
        {
            _head = head;
            SettleBefore(head);
        }
    }

    private void SettleBefore(long end)
    {
        while (Queue.Count > 0 && Queue.Head < end)
        {
            var message = Queue[Queue.Head].Message;
            Queue.Settle(Queue.Head, wasInFlight: false);
            LetGo(message);
        }
    }

    private void LetGo(StoredMessage? message)
    {
        if (message?.Settle() == true)
        {
            live.Remove(message);
        }
    }

    /// <summary>
    /// Then it says that it may be a repetition, and does not expire: the client may hold the identifier of a QoS 2 message, which has to be
    /// let go by the rest of the exchange. While the client was there, only QoS 1 messages that can expire are taken for unsent.
    /// </summary>
    private bool MayHaveBeenSent(long sequence, in OutboundQueue.Entry entry) => sequence < _sent
        || (LeftAt is null && (entry.QualityOfService == QualityOfService.ExactlyOnce || entry.Message!.ExpiresAt == long.MaxValue));
}
