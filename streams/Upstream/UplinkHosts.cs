namespace Roost.Streams.Upstream;

/// <summary>
/// The servers in the order of the configuration, and which of them it is now. A round goes through all of them without a wait; a
/// connection that is lost begins the next round at the first.
/// </summary>
internal sealed class UplinkHosts
{
    private readonly UplinkHost[] _hosts;
    private int _current;

    public UplinkHosts(CloudMqttOptions options)
    {
        var hosts = new List<UplinkHost> { new(options.Host, options.EffectivePort) };
        foreach (var fallback in options.FallbackHosts)
        {
            if (UplinkHost.TryParse(fallback, options.EffectivePort, out var host)) // the validator has refused the others
            {
                hosts.Add(host);
            }
        }

        _hosts = [.. hosts];
    }

    public UplinkHost First => _hosts[0];

    public UplinkHost Current => _hosts[_current];

    public bool IsFirst => _current == 0;

    /// <returns>False at the end of a round: the next host is the first, after a wait.</returns>
    public bool TryNext()
    {
        _current = (_current + 1) % _hosts.Length;
        return _current != 0;
    }

    public void StartOver() => _current = 0;
}
