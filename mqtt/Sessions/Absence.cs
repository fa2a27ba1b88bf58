namespace Roost.Mqtt.Sessions;

/// <summary>
/// What a session was while its client was away. A client that comes back changes it with its CONNECT, and may go again before CONNACK:
/// then it has never been here, and all is as before.
/// </summary>
/// <param name="WillDueAt">On the loop's clock; <see cref="long.MaxValue"/>: not at all.</param>
/// <param name="ExpiresAt">On the loop's clock.</param>
internal sealed record Absence(Will? Will, long WillDueAt, uint ExpirySeconds, long ExpiresAt, long? LeftAt, bool IsAwaited)
{
    public static Absence Of(Session session) => new(
        session.Will, session.Timer?.WillDueAt ?? long.MaxValue, session.ExpirySeconds, session.Timer?.ExpiresAt ?? long.MaxValue, session.LeftAt, session.IsAwaited);

    public void PutBack(Session session)
    {
        session.Will = Will;
        session.ExpirySeconds = ExpirySeconds;
        session.LeftAt = LeftAt;
        session.IsAwaited = IsAwaited;
        if (session.Timer is { } timer)
        {
            timer.WillDueAt = WillDueAt;
            timer.ExpiresAt = ExpiresAt;
        }
    }
}
