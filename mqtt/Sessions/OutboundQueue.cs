using System.Numerics;

namespace Roost.Mqtt.Sessions;

/// <summary>
/// The QoS 1 and 2 messages of one session from routing to their last acknowledgement, in order, in one ring: settled ones are before
/// <see cref="Head"/>, those in flight from there to <see cref="NextToSend"/>, and behind them those that wait. A message's Packet Identifier
/// follows from its sequence number, so that it is the same after a restart without having been written down.
/// </summary>
/// <param name="capacity">How many messages it will have soon.</param>
internal sealed class OutboundQueue(long firstSequence = 0, int capacity = 0)
{
    /// <summary>Packet Identifiers are 1 to 65,535: no more than that many messages can be between head and next.</summary>
    private const int IdentifierCount = 65_535;

    private const int LeastCapacity = 4;

    private Entry[] _ring = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, LeastCapacity))];

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

    /// <returns>The sequence number.</returns>
    public long Add(in Entry entry)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        this[Tail] = entry;
        Bytes += entry.Message?.Bytes ?? 0;
        return Tail++;
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
        }
    }

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (var sequence = Head; sequence < Tail; sequence++)
        {
            larger[sequence & (larger.Length - 1)] = this[sequence];
        }

        _ring = larger;
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

        /// <summary>Null: none.</summary>
        public int[]? SubscriptionIdentifiers;

        public QualityOfService QualityOfService;

        public EntryFlags Flags;

        public readonly bool Has(EntryFlags flag) => (Flags & flag) == flag;
    }
}
