using Roost.Mqtt.Core;
using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Sessions;

/// <summary>The deadlines of a session without connection: the earlier of the will's delay and the session's end.</summary>
internal sealed class SessionTimer(BrokerCore core, Session session) : Timed
{
    /// <summary>On the loop's clock; <see cref="long.MaxValue"/>: none.</summary>
    public long WillDueAt { get; set; } = long.MaxValue;

    /// <summary>On the loop's clock; <see cref="long.MaxValue"/>: never.</summary>
    public long ExpiresAt { get; set; } = long.MaxValue;

    public override void OnDue(long now) => core.OnSessionDue(session, this, now);
}
