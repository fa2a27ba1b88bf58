using System.Globalization;
using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>
/// The routes that a message has passed which was republished, or is the answer of a function, kept in a user property of the message: so that it survives a restart with the
/// message, and everyone who reads the message can see why it is there.
/// </summary>
internal static class RouteTrace
{
    public const string PropertyName = "roost-routes";

    /// <summary>More than any sensible chain of routes; a longer one is a loop over other names.</summary>
    public const int MaxDepth = 8;

    /// <summary>Numbers of the routes passed, from 0 in the order of the configuration, and the functions (<see cref="LocalLambda.FunctionTrace"/>); empty for a message that comes from a client.</summary>
    public static string Of(in PublishedMessage message)
    {
        // Only the daemon's own word counts: a client could keep its messages from being routed.
        if (message.Publisher is not null || message.Properties is null)
        {
            return "";
        }

        foreach (var property in message.Properties.UserProperties)
        {
            if (property.Name == PropertyName)
            {
                return property.Value;
            }
        }

        return "";
    }

    /// <returns>False when the message has passed this route before, or too many.</returns>
    public static bool MayPass(string trace, int route)
    {
        var passed = trace.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return passed.Length < MaxDepth && !passed.Contains(route.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The properties with this trace instead of the one they may carry; null for none.</summary>
    public static MqttMessageProperties? Replace(MqttMessageProperties? properties, string? trace)
    {
        if (properties is null)
        {
            return trace is null ? null : Replace(new MqttMessageProperties(), trace);
        }

        var others = properties.UserProperties.Where(property => property.Name != PropertyName);
        return properties with { UserProperties = [.. trace is null ? others : others.Append(new UserProperty(PropertyName, trace))] };
    }

    public static MqttMessageProperties Extend(MqttMessageProperties? properties, string trace, int route)
    {
        var extended = trace.Length == 0 ? route.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{trace},{route}");
        return Replace(properties, extended)!;
    }
}
