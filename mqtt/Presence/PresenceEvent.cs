using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Presence;

/// <summary>A message that tells what a client did, on the topic and in the form of AWS IoT's lifecycle events.</summary>
internal static class PresenceEvent
{
    private const string Anonymous = "anonymous";

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="kind"><c>presence/connected</c> and its like; its last level is the event's type.</param>
    /// <returns>False: the client identifier cannot stand in a topic, because of + or # or its length. Then there is no event, as at AWS.</returns>
    public static bool TryGetTopic(string kind, string clientIdentifier, out TopicName topic) => TopicName.TryParse($"$aws/events/{kind}/{clientIdentifier}", out topic);

    public static byte[] Connected(Connection connection, string clientIdentifier, DateTimeOffset now) => Write(connection, clientIdentifier, "connected", now, writer =>
    {
        WriteAddress(writer, connection);
        writer.WriteNumber("versionNumber", connection.Number);
    });

    public static byte[] Disconnected(Connection connection, string clientIdentifier, DateTimeOffset now, ReasonCode reasonCode) => Write(connection, clientIdentifier, "disconnected", now, writer =>
    {
        var cause = DisconnectCause.Of(reasonCode);
        writer.WriteBoolean("clientInitiatedDisconnect", cause == DisconnectCause.Client);
        writer.WriteString("disconnectReason", cause);
        WriteAddress(writer, connection);
        writer.WriteNumber("versionNumber", connection.Number);
    });

    public static byte[] Subscriptions(Connection connection, string clientIdentifier, string eventType, DateTimeOffset now, IEnumerable<string> filters) => Write(connection, clientIdentifier, eventType, now, writer =>
    {
        writer.WriteStartArray("topics");
        foreach (var filter in filters)
        {
            writer.WriteStringValue(filter);
        }

        writer.WriteEndArray();
    });

    private static byte[] Write(Connection connection, string clientIdentifier, string eventType, DateTimeOffset now, Action<Utf8JsonWriter> writeMore)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            writer.WriteString("clientId", clientIdentifier);
            writer.WriteNumber("timestamp", now.ToUnixTimeMilliseconds());
            writer.WriteString("eventType", eventType);
            writer.WriteString("sessionIdentifier", connection.Identifier);
            writer.WriteString("principalIdentifier", Anonymous);
            writeMore(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Left out where there is none: on a unix socket.</summary>
    private static void WriteAddress(Utf8JsonWriter writer, Connection connection)
    {
        if (connection.RemoteAddress is { } address)
        {
            writer.WriteString("ipAddress", (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        }
    }
}
