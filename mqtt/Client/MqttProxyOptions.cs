namespace Roost.Mqtt.Client;

/// <summary>A proxy between the client and its server. It resolves the server's name; TLS goes through it unopened.</summary>
public sealed class MqttProxyOptions
{
    public MqttProxyKind Kind { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Null: the proxy asks for none. It goes with <see cref="Password"/>.</summary>
    public string? UserName { get; init; }

    public string? Password { get; init; }

    internal string Endpoint => $"{Host}:{Port}";
}
