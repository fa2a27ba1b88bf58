using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Connections;

/// <summary>Lets a publisher go on that has published more than its rate allows.</summary>
internal sealed class RateTimer(Connection connection) : Timed
{
    public override void OnDue(long now) => connection.Resume(PauseReasons.Rate);
}
