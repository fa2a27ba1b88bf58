namespace Roost.Mqtt.Client.Connections;

/// <summary>
/// Doubling delays with jitter: each is between half and all of its step, so that a fleet whose server restarts does not come back
/// in one moment, and no client comes back at once.
/// </summary>
internal sealed class ReconnectBackoff(TimeSpan first, TimeSpan max, Random random)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _step = first;

    public TimeSpan Next()
    {
        var delay = _step * (0.5 + (random.NextDouble() / 2));
        _step = _step * 2 < max ? _step * 2 : max;
        return delay;
    }

    public void Reset() => _step = _first;
}
