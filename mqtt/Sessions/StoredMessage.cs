using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Sessions;

/// <summary>A message that is kept: for any number of sessions that wait for it, as a retained message, or both. Kept once.</summary>
internal sealed class StoredMessage : JournalEntry
{
    private Target[] _targets = [];

    public required byte[] Topic { get; init; }

    public required byte[] Payload { get; init; }

    /// <summary>Encoded properties as they are forwarded, without Message Expiry Interval.</summary>
    public required byte[] Properties { get; init; }

    public required QualityOfService QualityOfService { get; init; }

    /// <summary>Milliseconds on the loop's clock; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt { get; init; } = long.MaxValue;

    /// <summary>The present retained message of its topic.</summary>
    public bool IsRetained { get; set; }

    /// <summary>Of a retained message that can expire.</summary>
    public Timed? Expiry { get; set; }

    /// <summary>Durable sessions, and the sequence number that the message has in each. Entries are not taken out: see <see cref="Waiting"/>.</summary>
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
            Array.Resize(ref _targets, TargetCount == 0 ? 1 : TargetCount * 2);
        }

        _targets[TargetCount++] = new Target(session, sequence);
        Waiting++;
    }

    /// <returns>True when nothing holds the message any more.</returns>
    public bool Settle() => --Waiting == 0 && !IsRetained;

    public bool HasExpired(long now) => ExpiresAt <= now;

    /// <summary>Whole seconds that are left, at least 1; null when the message does not expire (MQTT 5 section 3.3.2.3.3).</summary>
    public uint? SecondsLeft(long now) =>
        ExpiresAt == long.MaxValue ? null : (uint)Math.Clamp((ExpiresAt - now + 999) / 1000, 1, uint.MaxValue);

    internal readonly record struct Target(Session Session, long Sequence);
}
