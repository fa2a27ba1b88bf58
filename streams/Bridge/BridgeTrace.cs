using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>
/// The gateways that a message has left through a bridge, in a user property of the message: one that comes back to such a gateway, over a
/// ring of brokers or a shared subscription, is recognized. 3.1.1 has no such properties.
/// </summary>
internal static class BridgeTrace
{
    public const string PropertyName = "roost-bridge";

    /// <summary>More than any sensible chain of gateways.</summary>
    public const int MaxHops = 16;

    /// <summary>False: the message has left <paramref name="gateway"/> before, or too many.</summary>
    public static bool MayPass(MqttMessageProperties? properties, string gateway)
    {
        var hops = 0;
        foreach (var property in properties?.UserProperties ?? [])
        {
            if (property.Name == PropertyName)
            {
                if (property.Value == gateway || ++hops == MaxHops)
                {
                    return false;
                }
            }
        }

        return true;
    }

    public static MqttMessageProperties Extend(MqttMessageProperties? properties, string gateway)
    {
        var hop = new UserProperty(PropertyName, gateway);
        return properties is null
            ? new MqttMessageProperties { UserProperties = [hop] }
            : properties with { UserProperties = [.. properties.UserProperties, hop] };
    }
}
