namespace Roost.Mqtt.Client;

/// <summary>There is no connection to the server, or there is none any longer.</summary>
public sealed class MqttConnectionException : Exception
{
    /// <param name="endpoint">Host and port, a WebSocket's address without its query, or <c>unix:</c> and a path.</param>
    /// <param name="reasonCode">See <see cref="ReasonCode"/>.</param>
    /// <param name="fault">What happened, without a full stop.</param>
    public MqttConnectionException(
        string endpoint, ReasonCode? reasonCode, string fault, Exception? innerException = null, string? serverReference = null)
        : base(Describe(endpoint, reasonCode, fault, serverReference), innerException)
    {
        Endpoint = endpoint;
        ReasonCode = reasonCode;
        ServerReference = serverReference;
    }

    public string Endpoint { get; }

    /// <summary>What the server said in CONNACK or DISCONNECT, or what the client found wrong; null when the network failed.</summary>
    public ReasonCode? ReasonCode { get; }

    /// <summary>Another server to use, in the words of this one (MQTT 5 section 4.11); null where it named none.</summary>
    public string? ServerReference { get; }

    private static string Describe(string endpoint, ReasonCode? reasonCode, string fault, string? serverReference)
    {
        var reason = reasonCode is { } code ? $" (reason {code}, 0x{(byte)code:X2})" : "";
        var remedy = reasonCode is { } known && ReasonRemedy.Of(known) is { } words ? $" {words}" : "";
        var reference = serverReference is { Length: > 0 } ? $" The server names another: {serverReference}." : "";
        return $"MQTT server {endpoint}: {fault}{reason}.{remedy}{reference}";
    }
}
