namespace Roost.Mqtt.Client.Connections;

/// <summary>What an <see cref="MqttClient"/> cannot work with, each with its value and a remedy.</summary>
internal static class ClientOptionsRules
{
    /// <exception cref="ArgumentException">All faults, in one message.</exception>
    public static void Check(MqttClientOptions options)
    {
        if (string.Join(' ', Faults(options)) is { Length: > 0 } faults)
        {
            throw new ArgumentException(faults, nameof(options));
        }

        // Text that is too long for its field is told here, and not by the background task that connects.
        _ = ConnectPackets.From(options, options.ClientIdentifier, options.CleanStart, authenticationData: null).GetSize(options.ProtocolVersion);
    }

    private static IEnumerable<string> Faults(MqttClientOptions options)
    {
        if (options.Host.Length is 0 or > 255 || options.Host.Any(static character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            yield return $"Host is '{options.Host}'; give a name or an address of at most 255 characters, without blanks.";
        }

        if (options.Proxy is { } proxy && (proxy.Host.Length == 0 || proxy.Port is < 1 or > 65_535 || proxy.UserName?.Length > 255 || proxy.Password?.Length > 255))
        {
            yield return $"The proxy is '{proxy.Endpoint}'; give a host, a port of 1 to 65,535, and a user name and password of at most 255 characters.";
        }

        if (options is { Proxy: not null, UnixSocketPath: not null })
        {
            yield return "A unix socket is not reached over a proxy; leave one of them out.";
        }

        if (options.Port is < 1 or > 65_535)
        {
            yield return $"Port is {options.Port}; use 1 to 65,535.";
        }

        if (options.WebSocket is { } webSocket && !webSocket.Path.StartsWith('/'))
        {
            yield return $"The WebSocket path is '{webSocket.Path}'; it begins with /.";
        }

        if (options.MaxInflight is < 1 or > ushort.MaxValue / 2)
        {
            yield return $"MaxInflight is {options.MaxInflight}; use 1 to 32,767."; // so that identifiers never run out
        }

        if (options.MaxQueuedMessages < 1)
        {
            yield return $"MaxQueuedMessages is {options.MaxQueuedMessages}; use 1 or more.";
        }

        if (options.MaxReceivedMessages < 1 || options.MaxHandledMessages < 1 || options.MaxReceivedBytes < 1)
        {
            yield return $"MaxReceivedMessages is {options.MaxReceivedMessages}, MaxHandledMessages {options.MaxHandledMessages} and MaxReceivedBytes {options.MaxReceivedBytes}; use 1 or more.";
        }

        if (options.MaxPacketBytes is < 128 or > 268_435_460)
        {
            yield return $"MaxPacketBytes is {options.MaxPacketBytes}; use 128 to 268,435,460.";
        }

        if (options.MaxReceivedTopicAliases is < 0 or > ushort.MaxValue || options.MaxSentTopicAliases is < 0 or > ushort.MaxValue)
        {
            yield return $"MaxReceivedTopicAliases is {options.MaxReceivedTopicAliases} and MaxSentTopicAliases {options.MaxSentTopicAliases}; use 0 to 65,535.";
        }

        if (options.KeepAlive < TimeSpan.Zero || options.KeepAlive > TimeSpan.FromSeconds(ushort.MaxValue))
        {
            yield return $"KeepAlive is {options.KeepAlive}; use 0 to 65,535 s.";
        }

        if (options is { ProtocolVersion: MqttProtocolVersion.V311, Password: not null, UserName: null })
        {
            yield return "MQTT 3.1.1 has no password without a user name [MQTT-3.1.2-22]; give one, or use MQTT 5.";
        }

        if (options is { ProtocolVersion: MqttProtocolVersion.V311, Authentication: not null })
        {
            yield return "MQTT 3.1.1 has no enhanced authentication; use MQTT 5.";
        }
    }
}
