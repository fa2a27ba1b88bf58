using Roost.Mqtt.Connections;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>How fast clients may come and publish. Who is too fast is not read from; nothing is dropped.</summary>
internal sealed partial class BrokerCore
{
    /// <summary>Closed before it costs more than its acceptance; a client that keeps to its back-off finds the door open again.</summary>
    private bool IsTooSoon(Connection connection)
    {
        var listener = connection.Listener;
        if (listener.MayConnect(connection.RemoteAddress, _clock.Now))
        {
            return false;
        }

        Counters.ConnectionsTooSoon++;
        TellOfRejected(connection, "more connections come than may in a second (limits: connect-rate, connect-rate-per-address)");
        return true;
    }

    private void ChargePublish(Connection connection, Session session, int bytes)
    {
        var limits = connection.Listener.Limits;
        var wait = limits.PublishRate > 0 ? session.PublishRate.Take(1, limits.PublishRate, _clock.Now) : 0;
        if (limits.PublishVolumeBytes > 0)
        {
            wait = Math.Max(wait, session.PublishVolume.Take(bytes, limits.PublishVolumeBytes, _clock.Now));
        }

        if (wait > 0)
        {
            Counters.PublishersSlowed++;
            connection.Pause(PauseReasons.Rate);
            Timers.Set(connection.RateTimer ??= new RateTimer(connection), _clock.Now + wait);
        }
    }
}
