namespace Roost.Mqtt.Client;

/// <summary>There is no connection to the server, or there is none any longer.</summary>
public sealed class MqttConnectionException(string host, int port, ReasonCode? reasonCode, string fault, Exception? innerException = null)
    : Exception(Describe(host, port, reasonCode, fault), innerException)
{
    public string Host { get; } = host;

    public int Port { get; } = port;

    /// <summary>What the server said in CONNACK or DISCONNECT, or what the client found wrong; null when the network failed.</summary>
    public ReasonCode? ReasonCode { get; } = reasonCode;

    private static string Describe(string host, int port, ReasonCode? reasonCode, string fault) =>
        reasonCode is { } code
            ? $"MQTT server {host}:{port}: {fault} (reason {code}, 0x{(byte)code:X2})."
            : $"MQTT server {host}:{port}: {fault}.";
}
