using Roost.Gateway.Configuration;

namespace Roost.Gateway.Rooms;

/// <summary>
/// Keys of an MQTT listener that say nothing together. Options cannot tell a port that was written from the default one, so this looks at
/// what was written.
/// </summary>
internal static class ListenerKeys
{
    public static void Check(MapNode root, List<ConfigurationFault> faults)
    {
        if ((root.Find("mqtt")?.Value as MapNode)?.Find("listeners")?.Value is not ListNode listeners)
        {
            return;
        }

        for (var i = 0; i < listeners.Items.Count; i++)
        {
            if (listeners.Items[i] is MapNode listener)
            {
                Check(listener, $"mqtt.listeners[{i}]", faults);
            }
        }
    }

    private static void Check(MapNode listener, string path, List<ConfigurationFault> faults)
    {
        if (IsWritten(listener, "socket"))
        {
            Refuse("address", "stands beside socket; a listener has an address and a port, or a socket");
            Refuse("port", "stands beside socket; a listener has an address and a port, or a socket");
        }

        if (listener.Find("websocket")?.Value is not ScalarNode { Text: "true" or "yes" or "on" })
        {
            Refuse("path", "is of WebSocket listeners only; set websocket: true, or leave it out");
            Refuse("origins", "is of WebSocket listeners only; set websocket: true, or leave it out");
        }

        void Refuse(string key, string problem)
        {
            if (IsWritten(listener, key) && listener.Find(key) is { } entry)
            {
                faults.Add(new(entry.Source, entry.Line, $"{path}.{key}", problem));
            }
        }
    }

    private static bool IsWritten(MapNode listener, string key) => listener.Find(key) is { Value: not (ScalarNode { Text: null } or ListNode { Items.Count: 0 }) };
}
