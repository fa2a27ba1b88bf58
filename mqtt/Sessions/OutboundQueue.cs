using System.Numerics;

namespace Roost.Mqtt.Sessions;

/// <summary>
/// The QoS 1 and 2 messages of one session from routing to their last acknowledgement, in order, in one ring: settled ones are before
/// <see cref="Head"/>, those in flight from there to <see cref="NextToSend"/>, and behind them those that wait. A message's Packet Identifier
/// follows from its sequence number, so that it is the same after a restart without having been written down.
/// </summary>
internal sealed class OutboundQueue(long firstSequence = 0)
{
    /// <summary>Packet Identifiers are 1 to 65,535: no more than that many messages can be between head and next.</summary>
    private const int IdentifierCount = 65_535;

    private const int LeastCapacity = 4;

    private Entry[] _ring = new Entry[LeastCapacity];
    private int[]?[]? _identifiers; // as long as the ring; made with the first message that has some

    /// <summary>Sequence number of the oldest message that is not settled.</summary>
    public long Head { get; private set; } = firstSequence;

    public long NextToSend { get; private set; } = firstSequence;

    public long Tail { get; private set; } = firstSequence;

    /// <summary>No message from here on has ever been sent.</summary>
    public long Sent { get; private set; } = firstSequence;

    /// <summary>In flight, as Receive Maximum counts them (MQTT 5 section 4.9).</summary>
    public int Unacknowledged { get; private set; }

    /// <summary>Not yet sent on this connection.</summary>
    public int WaitingCount => (int)(Tail - NextToSend);

    /// <summary>Of the messages that are kept in it, as the limits count them.</summary>
    public long Bytes { get; private set; }

    public int Count => (int)(Tail - Head);

    public bool HasFreeIdentifier => NextToSend - Head < IdentifierCount;

    public static ushort PacketIdentifierOf(long sequence) => (ushort)((sequence % IdentifierCount) + 1);

    public ref Entry this[long sequence] => ref _ring[sequence & (_ring.Length - 1)];

    /// <summary>Subscription Identifiers that go with a message; null: none.</summary>
    public int[]? IdentifiersOf(long sequence) => _identifiers?[sequence & (_ring.Length - 1)];

    /// <param name="subscriptionIdentifiers">Null: none.</param>
    /// <returns>The sequence number.</returns>
    public long Add(in Entry entry, int[]? subscriptionIdentifiers = null)
    {
        if (Count == _ring.Length)
        {
            Grow(Count + 1);
        }

        Put(Tail, entry, subscriptionIdentifiers);
        return Tail++;
    }

    /// <summary>
    /// After a restart: the message had this number. Where it is not the next one, the numbers between count as settled until they come,
    /// and of two messages with one number the later one counts.
    /// </summary>
    /// <returns>The message whose place it takes.</returns>
    public StoredMessage? Restore(long sequence, in Entry entry, int[]? subscriptionIdentifiers)
    {
        if (Count == 0)
        {
            StartAt(sequence);
        }

        if (sequence >= Tail)
        {
            RestoreTail(sequence);
            Add(entry, subscriptionIdentifiers);
            return null;
        }

        if (sequence < Head)
        {
            Grow((int)(Tail - sequence));
            while (Head > sequence)
            {
                this[--Head] = new Entry { Flags = EntryFlags.Settled };
            }

            StartSendingAt(sequence);
        }

        var before = this[sequence].Message;
        Bytes -= before?.Bytes ?? 0;
        Put(sequence, entry, subscriptionIdentifiers);
        return before;
    }

    /// <summary>After a restart: all numbers below <paramref name="sequence"/> are used up. Without a message, it begins there.</summary>
    public void RestoreTail(long sequence)
    {
        if (Count == 0)
        {
            StartAt(Math.Max(Tail, sequence));
        }

        while (Tail < sequence)
        {
            Add(new Entry { Flags = EntryFlags.Settled });
        }
    }

    /// <summary>The message at <see cref="NextToSend"/> goes to the client now.</summary>
    public void MarkSent()
    {
        ref var entry = ref this[NextToSend++];
        entry.Flags |= EntryFlags.WasSent;
        Sent = Math.Max(Sent, NextToSend);
        Unacknowledged++;
    }

    /// <summary>After a restart: those before <paramref name="sequence"/> may have been sent.</summary>
    public void RestoreSent(long sequence) => Sent = Math.Max(Sent, sequence);

    /// <summary>The message at <see cref="NextToSend"/> is not sent (again): it is settled already, or at QoS 0.</summary>
    public void Skip() => NextToSend++;

    /// <summary>A new connection: everything unsettled is sent again, from the oldest on [MQTT-4.4.0-1], [MQTT-4.6.0-1].</summary>
    public void Rewind()
    {
        NextToSend = Head;
        Unacknowledged = 0;
    }

    /// <returns>False when no message with this identifier is in flight.</returns>
    public bool TryFindInFlight(ushort packetIdentifier, out long sequence)
    {
        var distance = (packetIdentifier - 1 - (int)(Head % IdentifierCount) + IdentifierCount) % IdentifierCount;
        sequence = Head + distance;
        return sequence < NextToSend && !this[sequence].Has(EntryFlags.Settled);
    }

    /// <summary>The last acknowledgement has come, or the message is given up.</summary>
    /// <param name="wasInFlight">It counted in <see cref="Unacknowledged"/>.</param>
    public void Settle(long sequence, bool wasInFlight)
    {
        ref var settled = ref this[sequence];
        Bytes -= settled.Message?.Bytes ?? 0;
        settled = new Entry { Flags = EntryFlags.Settled };
        _identifiers?[sequence & (_ring.Length - 1)] = null;
        Unacknowledged -= wasInFlight ? 1 : 0;
        while (Head < Tail && this[Head].Has(EntryFlags.Settled))
        {
            this[Head++] = default;
        }

        if (NextToSend < Head)
        {
            NextToSend = Head;
        }

        if (Count == 0 && _ring.Length > 1024)
        {
            _ring = new Entry[LeastCapacity]; // after a long backlog
            _identifiers = null;
        }
    }

    private void Put(long sequence, in Entry entry, int[]? subscriptionIdentifiers)
    {
        this[sequence] = entry;
        Bytes += entry.Message?.Bytes ?? 0;
        if (subscriptionIdentifiers is not null)
        {
            _identifiers ??= new int[]?[_ring.Length];
        }

        _identifiers?[sequence & (_ring.Length - 1)] = subscriptionIdentifiers;
    }

    private void StartAt(long sequence)
    {
        Head = Tail = sequence;
        StartSendingAt(sequence);
    }

    private void StartSendingAt(long sequence)
    {
        NextToSend = sequence;
        Sent = sequence;
    }

    private void Grow(int count)
    {
        if (count > _ring.Length)
        {
            var length = (int)BitOperations.RoundUpToPowerOf2((uint)count);
            _ring = Spread(_ring, length);
            _identifiers = _identifiers is null ? null : Spread(_identifiers, length);
        }
    }

    /// <summary>The same ring in a longer array.</summary>
    private T[] Spread<T>(T[] ring, int length)
    {
        var larger = new T[length];
        for (var sequence = Head; sequence < Tail;)
        {
            var (from, to) = ((int)(sequence & (ring.Length - 1)), (int)(sequence & (length - 1)));
            var run = (int)Math.Min(Tail - sequence, Math.Min(ring.Length - from, length - to));
            Array.Copy(ring, from, larger, to, run);
            sequence += run;
        }

        return larger;
    }

    [Flags]
    internal enum EntryFlags : byte
    {
        None = 0,
        Retain = 1,

        /// <summary>Sent on this or an earlier connection: the next time it carries DUP.</summary>
        WasSent = 2,

        /// <summary>PUBREC has come: PUBREL is due, not PUBLISH.</summary>
        Released = 4,
        Settled = 8,

        /// <summary>PUBREL waits until the PUBREC is durable.</summary>
        ReleaseHeld = 16,

        /// <summary>The session is among the message's targets.</summary>
        IsTarget = 32,

        /// <summary>The session has it as a member of a share: see its <see cref="Session.Leases"/>.</summary>
        Leased = 64,
    }

    internal struct Entry
    {
        /// <summary>Null when the session ends with its connection and the message has been sent: it is never sent again.</summary>
        public StoredMessage? Message;

        public QualityOfService QualityOfService;

        public EntryFlags Flags;

        public readonly bool Has(EntryFlags flag) => (Flags & flag) == flag;
    }
}
