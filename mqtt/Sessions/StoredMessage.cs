using Roost.Mqtt.Journal;

namespace Roost.Mqtt.Sessions;

/// <summary>A message that is kept: for any number of sessions that wait for it, as a retained message, or both. Kept once.</summary>
internal sealed class StoredMessage : JournalEntry
{
    private const int QualityShift = 30; // properties are shorter than a packet, which has at most 268,435,460 bytes
    private const int OverheadBytes = 200; // objects, queue entry, target

    private readonly byte[] _content; // properties, then payload: one object for both
    private readonly int _propertiesLengthAndQuality; // the QoS in the highest two bits: there are very many of these objects
    private Target _only; // what most messages have, as long as it has not settled the message: no array for one
    private Rest? _rest; // what most messages do not have

    /// <param name="topic">Kept as it is, so that all messages of a topic share it.</param>
    /// <param name="properties">Encoded as they are forwarded, without Message Expiry Interval. Copied.</param>
    /// <param name="payload">Copied: once, for all who wait.</param>
    public StoredMessage(byte[] topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload)
    {
        Topic = topic;
        _propertiesLengthAndQuality = properties.Length;
        var content = GC.AllocateUninitializedArray<byte>(properties.Length + payload.Length);
        properties.CopyTo(content);
        payload.CopyTo(content.AsSpan(properties.Length));
        _content = content;
    }

    public byte[] Topic { get; }

    public ReadOnlySpan<byte> Payload => _content.AsSpan(PropertiesLength);

    /// <summary>Encoded properties as they are forwarded, without Message Expiry Interval.</summary>
    public ReadOnlySpan<byte> Properties => _content.AsSpan(0, PropertiesLength);

    public required QualityOfService QualityOfService
    {
        get => (QualityOfService)(_propertiesLengthAndQuality >>> QualityShift);
        init => _propertiesLengthAndQuality = PropertiesLength | ((int)value << QualityShift);
    }

    /// <summary>Milliseconds on the loop's clock; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt
    {
        get => _rest?.ExpiresAt ?? long.MaxValue;
        set
        {
            if (value != ExpiresAt)
            {
                (_rest ??= new Rest()).ExpiresAt = value;
            }
        }
    }

    /// <summary>What it counts for in the limits: its bytes, and about what the broker needs besides to keep it.</summary>
    public int Bytes => SizeOf(Topic.Length + _content.Length);

    /// <summary>Places in queues that hold it, and one more while it is retained.</summary>
    public int Holders { get; set; }

    /// <summary>Those of them that are anonymous clients', or that one of them has filled.</summary>
    public int StrangerHolders { get; set; }

    /// <summary>It is the present retained message of its topic.</summary>
    public bool IsRetained => Retention is { HasEnded: false };

    /// <summary>0 for one that never was retained; see <see cref="Sessions.Retention.Key"/>.</summary>
    public long RetainedKey => Retention?.Key ?? 0;

    /// <summary>Null: it never was retained. Stays when it is no more, for those who describe it outside of the loop.</summary>
    public Retention? Retention
    {
        get => _rest?.Retention;
        set
        {
            if (value is not null || _rest is not null)
            {
                (_rest ??= new Rest()).Retention = value;
            }
        }
    }

    /// <summary>
    /// Durable sessions, and the sequence number that the message has in each. Settled ones are taken out when there is no room for more: see
    /// <see cref="Waiting"/>.
    /// </summary>
    public ReadOnlySpan<Target> Targets => _rest?.Several is { } several ? several.AsSpan(0, _rest.Count)
        : _only.Session is null ? [] : new ReadOnlySpan<Target>(ref _only);

    /// <summary>Targets that have not settled the message.</summary>
    public int Waiting => _rest?.Several is null ? Targets.Length : _rest.Waiting;

    /// <summary>The journal's ticket for the record; 0 while there is none, beyond all others when it was refused.</summary>
    public long Ticket => IsRefused ? long.MaxValue : Offset + 1;

    private int PropertiesLength => _propertiesLengthAndQuality & ((1 << QualityShift) - 1);

    public void AddTarget(Session session, long sequence)
    {
        if (_rest?.Several is null)
        {
            if (_only.Session is null)
            {
                _only = new Target(session, sequence);
                return;
            }

            _rest ??= new Rest();
            _rest.Several = [_only, default];
            _rest.Count = _rest.Waiting = 1;
            _only = default;
        }

        if (_rest.Count == _rest.Several.Length)
        {
            MakeRoom(_rest, ref _rest.Several);
        }

        _rest.Several[_rest.Count++] = new Target(session, sequence);
        _rest.Waiting++;
    }

    /// <summary>The session still has to acknowledge this message.</summary>
    public bool IsOpen(in Target target)
    {
        var queue = target.Session.Outbound;
        return target.Sequence >= queue.Head && target.Sequence < queue.Tail && ReferenceEquals(queue[target.Sequence].Message, this)
            && queue[target.Sequence].Has(OutboundQueue.EntryFlags.IsTarget);
    }

    /// <summary>A retained message gets a new target with every new subscription, for as long as it stands: settled ones make room first.</summary>
    private void MakeRoom(Rest rest, ref Target[] several)
    {
        if (rest.Waiting < rest.Count / 2)
        {
            var kept = 0;
            foreach (var target in Targets)
            {
                if (IsOpen(target))
                {
                    several[kept++] = target;
                }
            }

            several.AsSpan(kept).Clear(); // ended sessions are let go
            rest.Count = kept;
        }

        if (rest.Count == several.Length)
        {
            Array.Resize(ref several, several.Length * 2);
        }
    }

    /// <param name="bytes">Of topic, payload and properties.</param>
    public static int SizeOf(int bytes) => bytes + OverheadBytes;

    /// <returns>True when nothing holds the message any more.</returns>
    public bool Settle()
    {
        if (_rest?.Several is null)
        {
            _only = default;
        }
        else
        {
            _rest.Waiting--;
        }

        return Waiting == 0 && !IsRetained;
    }

    public bool HasExpired(long now) => ExpiresAt <= now;

    /// <summary>Whole seconds that are left, at least 1; null when the message does not expire (MQTT 5 section 3.3.2.3.3).</summary>
    public uint? SecondsLeft(long now) =>
        ExpiresAt == long.MaxValue ? null : (uint)Math.Clamp((ExpiresAt - now + 999) / 1000, 1, uint.MaxValue);

    internal readonly record struct Target(Session Session, long Sequence);

    /// <summary>In an object of its own, so that the many do not pay for it.</summary>
    private sealed class Rest
    {
        public long ExpiresAt = long.MaxValue;
        public Retention? Retention;
        public Target[]? Several; // once there was more than one target
        public int Count; // of the targets there
        public int Waiting; // of them
    }
}
