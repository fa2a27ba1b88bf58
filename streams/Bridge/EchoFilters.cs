using Microsoft.Extensions.Options;
using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>The filter of echoes, where the server is of 3.1.1 and we subscribe to what we publish.</summary>
internal sealed class EchoFilters
{
    private readonly BridgeFilter[] _in;

    public EchoFilters(BridgeRoutes routes, IOptions<CloudMqttOptions> mqtt, TimeProvider clock)
    {
        _in = [.. routes.Entries.Where(static entry => entry.Options.CarriesIn).SelectMany(static entry => entry.Filters)];
        Filter = mqtt.Value.Version == "3.1.1" && _in.Length > 0 ? new EchoFilter(clock) : null;
    }

    /// <summary>Null: the server sends nothing back.</summary>
    public EchoFilter? Filter { get; }

    /// <summary>The message is about to be sent.</summary>
    public void Expect(MqttMessage message)
    {
        if (Filter is not null && _in.Any(filter => filter.Remote.Matches(message.Topic)))
        {
            Filter.Expect(message);
        }
    }
}
