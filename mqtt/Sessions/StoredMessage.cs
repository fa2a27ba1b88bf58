using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Sessions;

/// <summary>A message that is kept: for any number of sessions that wait for it, as a retained message, or both. Kept once.</summary>
internal sealed class StoredMessage : JournalEntry
{
    private const int OverheadBytes = 200; // objects, queue entry, target

    private Target[] _targets = [];

    public required byte[] Topic { get; init; }

    public required byte[] Payload { get; init; }

    /// <summary>Encoded properties as they are forwarded, without Message Expiry Interval.</summary>
    public required byte[] Properties { get; init; }

    public required QualityOfService QualityOfService { get; init; }

    /// <summary>Milliseconds on the loop's clock; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt { get; set; } = long.MaxValue;

    /// <summary>When it became its topic's retained message, by the wall clock.</summary>
    public DateTimeOffset RetainedAt { get; set; }

    /// <summary>What it counts for in the limits: its bytes, and about what the broker needs besides to keep it.</summary>
    public int Bytes => SizeOf(Topic.Length + Payload.Length + Properties.Length);

    /// <summary>Places in queues that hold it, and one more while it is retained.</summary>
    public int Holders { get; set; }

    /// <summary>The present retained message of its topic.</summary>
    public bool IsRetained { get; set; }

    /// <summary>Of one that is or was retained: rises with every message that becomes its topic's last one. <see cref="Retained.RetainedMessages"/> sets it.</summary>
    public long RetainedKey { get; set; }

    /// <summary>Of a retained message that can expire.</summary>
    public Timed? Expiry { get; set; }

    /// <summary>Durable sessions, and the sequence number that the message has in each. Settled ones are taken out when there is no room for more: see <see cref="Waiting"/>.</summary>
    public ReadOnlySpan<Target> Targets => _targets.AsSpan(0, TargetCount);

    /// <summary>Targets that have not settled the message.</summary>
    public int Waiting { get; private set; }

    /// <summary>The journal's ticket for the record; 0 while there is none, beyond all others when it was refused.</summary>
    public long Ticket => IsRefused ? long.MaxValue : Offset + 1;

    private int TargetCount { get; set; }

    public void AddTarget(Session session, long sequence)
    {
        if (TargetCount == _targets.Length)
        {
            MakeRoom();
        }

        _targets[TargetCount++] = new Target(session, sequence);
        Waiting++;
    }

    /// <summary>The session still has to acknowledge this message.</summary>
    public bool IsOpen(in Target target)
    {
        var queue = target.Session.Outbound;
        return target.Sequence >= queue.Head && target.Sequence < queue.Tail && ReferenceEquals(queue[target.Sequence].Message, this)
            && queue[target.Sequence].Has(OutboundQueue.EntryFlags.IsTarget);
    }

    /// <summary>A retained message gets a new target with every new subscription, for as long as it stands: settled ones make room first.</summary>
    private void MakeRoom()
    {
        if (Waiting < TargetCount / 2)
        {
            var kept = 0;
            foreach (var target in Targets)
            {
                if (IsOpen(target))
                {
                    _targets[kept++] = target;
                }
            }

            Array.Clear(_targets, kept, TargetCount - kept); // ended sessions are let go
            TargetCount = kept;
        }

        if (TargetCount == _targets.Length)
        {
            Array.Resize(ref _targets, Math.Max(1, TargetCount * 2));
        }
    }

    /// <param name="bytes">Of topic, payload and properties.</param>
    public static int SizeOf(int bytes) => bytes + OverheadBytes;

    /// <returns>True when nothing holds the message any more.</returns>
    public bool Settle() => --Waiting == 0 && !IsRetained;

    public bool HasExpired(long now) => ExpiresAt <= now;

    /// <summary>Whole seconds that are left, at least 1; null when the message does not expire (MQTT 5 section 3.3.2.3.3).</summary>
    public uint? SecondsLeft(long now) =>
        ExpiresAt == long.MaxValue ? null : (uint)Math.Clamp((ExpiresAt - now + 999) / 1000, 1, uint.MaxValue);

    internal readonly record struct Target(Session Session, long Sequence);
}
