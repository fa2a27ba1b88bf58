using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Drops;

/// <summary>
/// Counts every message that was not delivered: in total, for its client and for the prefix of its topic. The loop's thread only, but for
/// <see cref="Total"/>. Nothing is allocated for a client and a prefix that have been counted before.
/// </summary>
internal sealed class DropLedger
{
    public DropCounts Total { get; } = new();

    public DropsByPrefix Prefixes { get; } = new();

    /// <param name="session">Whose loss it is: the receiver's, or the publisher's where the message was not taken; null: the daemon's own.</param>
    public void Count(DropReason reason, Session? session, ReadOnlySpan<byte> topic)
    {
        Total.Add(reason);
        (session?.Drops ??= new DropCounts())?.Add(reason);
        Prefixes.Add(reason, topic);
    }
}
