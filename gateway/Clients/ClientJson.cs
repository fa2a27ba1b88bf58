using System.Text.Json;
using Roost.Gateway.Http;
using Roost.Gateway.Status;
using Roost.Mqtt;

namespace Roost.Gateway.Clients;

/// <summary>Clients in answers. Times are ISO 8601 in UTC.</summary>
internal static class ClientJson
{
    public static void WriteSummary(Utf8JsonWriter writer, ClientDescription client)
    {
        writer.WriteString("id", client.ClientIdentifier);
        writer.WriteString("state", client.Connection is null ? "away" : "connected");
        writer.WriteBoolean("connected", client.Connection is not null);
        writer.WriteString("identity", client.Identity);
        writer.WriteString("credential", client.Credential);
        Write(writer, "since", client.Since);
        writer.WriteString("protocol", client.ProtocolVersion == MqttProtocolVersion.V500 ? "5.0" : "3.1.1");
        writer.WriteString("address", client.Connection?.RemoteEndPoint);
        writer.WriteString("listener", client.Connection?.Listener);
        writer.WriteString("transport", client.Connection?.Transport);
        if (client.Connection is { } connection)
        {
            writer.WriteBoolean("tls", connection.IsEncrypted);
            writer.WriteNumber("keepAliveSeconds", (long)connection.KeepAlive.TotalSeconds);
        }

        writer.WriteNumber("sessionExpirySeconds", (long)client.SessionExpiry.TotalSeconds);
        writer.WriteNumber("subscriptionCount", client.SubscriptionCount);
        writer.WriteNumber("inflight", client.InflightMessages);
        writer.WriteNumber("queued", client.QueuedMessages);
        writer.WriteNumber("queuedBytes", client.QueuedBytes);
        writer.WriteNumber("dropped", client.Drops.Total);
        writer.WriteDrops("drops", client.Drops);
    }

    public static void WriteDetails(Utf8JsonWriter writer, ClientDetails details, DateTimeOffset now)
    {
        var client = details.Summary;
        WriteSummary(writer, client);
        Write(writer, "sessionExpiresAt", client.SessionExpiresIn is { } left ? now + left : null);
        if (client.Connection is { } connection)
        {
            writer.WriteNumber("bytesReceived", connection.BytesReceived);
            writer.WriteNumber("bytesSent", connection.BytesSent);
            writer.WriteNumber("unsentBytes", connection.UnsentBytes);
        }

        writer.WriteString("willTopic", details.WillTopic?.Value);
        writer.WriteNumber("inboundInflight", client.InboundMessages);
        writer.WriteStartArray("inflightIdentifiers");
        foreach (var identifier in details.InflightIdentifiers)
        {
            writer.WriteNumberValue(identifier);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("subscriptions");
        foreach (var subscription in details.Subscriptions)
        {
            Write(writer, subscription);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, SubscriptionDescription subscription)
    {
        writer.WriteStartObject();
        writer.WriteString("filter", subscription.Filter);
        writer.WriteNumber("qos", (int)subscription.QualityOfService);
        writer.WriteBoolean("noLocal", subscription.NoLocal);
        writer.WriteBoolean("retainAsPublished", subscription.RetainAsPublished);
        if (subscription.Identifier is { } identifier)
        {
            writer.WriteNumber("identifier", identifier);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            writer.WriteTime(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
