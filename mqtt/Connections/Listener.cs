using System.Net;
using Roost.Mqtt.Policies;

namespace Roost.Mqtt.Connections;

/// <summary>What holds for every connection of one listener, and how many there are. The loop's thread only, but for what is set at the start.</summary>
internal sealed class Listener(MqttListenerOptions options, MqttLimitsOptions limits)
{
    /// <summary>Handshakes are what strangers can make us work most with; a robot, or a site behind one address, connects less often.</summary>
    private const int HandshakesPerAddress = 50;

    private readonly AddressRates _addresses = new();
    private TokenBucket _connects;

    public MqttListenerOptions Options { get; } = options;

    /// <summary>The broker's, with the listener's own in their place.</summary>
    public MqttLimitsOptions Limits { get; } = LimitsOf(options, limits);

    /// <summary>By which authenticators know it.</summary>
    public string Name { get; } = options.Name ?? options.Socket ?? $"{options.Address}:{options.Port}";

    /// <summary>What the log calls it; the transport knows the port that the system chose.</summary>
    public string Title { get; init; } = options.Name ?? options.Socket ?? $"{options.Address}:{options.Port}";

    /// <summary>Of the log, for connections that are refused or closed; made with the first.</summary>
    public LineBudget? Lines { get; set; }

    public bool AllowsAnonymous { get; } = options.AllowsAnonymous;

    /// <summary>What anonymous clients may do; null: everything.</summary>
    public IClientPolicy? AnonymousPolicy { get; } = options.AnonymousPublish is null && options.AnonymousSubscribe is null
        ? null
        : new FilterPolicy(options.AnonymousPublish?.ToArray(), options.AnonymousSubscribe?.ToArray());

    /// <summary>Bytes that are read at once from a client that may be held: what it sent ahead waits in the kernel, not here.</summary>
    public int MostToRead => Limits.PublishRate > 0 || Limits.PublishVolumeBytes > 0 ? 16 * 1024 : int.MaxValue;

    /// <summary>Open connections, those without CONNECT included.</summary>
    public int ConnectionCount { get; set; }

    /// <param name="address">Null: it has none, and only the listener's rate counts; so it does where the address is a proxy's.</param>
    /// <param name="now">Milliseconds on the loop's clock.</param>
    public bool MayConnect(IPAddress? address, long now)
    {
        if (Limits.ConnectRatePerAddress > 0 && address is not null && !Options.ProxyProtocol && !_addresses.TryTake(address, Limits.ConnectRatePerAddress, now))
        {
            return false;
        }

        var copy = _connects;
        if (Limits.ConnectRate > 0 && copy.Take(1, Limits.ConnectRate, now) > 0)
        {
            return false; // who is refused pays nothing
        }

        _connects = copy;
        return true;
    }

    public bool IsFull => ConnectionCount >= Limits.MaxConnections;

    private static MqttLimitsOptions LimitsOf(MqttListenerOptions options, MqttLimitsOptions all)
    {
        var limits = options.Limits.Over(all);
        if (options is { Tls: not null, IsLocal: false, Limits.ConnectRatePerAddress: null } && limits.ConnectRatePerAddress == 0)
        {
            limits.ConnectRatePerAddress = HandshakesPerAddress;
        }

        return limits;
    }
}
