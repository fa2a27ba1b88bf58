using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary><c>GET /api/v1/bridge</c>: the entries of the bridge, their queues, counters and what is refused.</summary>
internal sealed class BridgeEndpoint(ICloudBridge bridge)
{
    public Task HandleAsync(HttpContext context) => Answer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("bridges");
        foreach (var one in bridge.List())
        {
            Write(json, one);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, BridgeStatus bridge)
    {
        json.WriteStartObject();
        json.WriteString("name", bridge.Name);
        json.WriteString("direction", bridge.Direction.ToString().ToLowerInvariant());
        json.WriteStartArray("topics");
        foreach (var topic in bridge.Topics)
        {
            json.WriteStringValue(topic);
        }

        json.WriteEndArray();
        json.WriteNumber("messagesOut", bridge.MessagesOut);
        json.WriteNumber("bytesOut", bridge.BytesOut);
        json.WriteNumber("messagesIn", bridge.MessagesIn);
        json.WriteNumber("bytesIn", bridge.BytesIn);
        json.WriteNumber("queued", bridge.Queued);
        json.WriteNumber("queueBytes", bridge.QueueBytes);
        json.WriteNumber("retried", bridge.Retried);
        Write(json, "droppedOut", bridge.DroppedOut);
        Write(json, "droppedIn", bridge.DroppedIn);
        json.WriteStartObject("refused");
        foreach (var (filter, reason) in bridge.Refused)
        {
            json.WriteString(filter, reason);
        }

        json.WriteEndObject();
        json.WriteString("fault", bridge.Fault);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, long> counts)
    {
        json.WriteStartObject(name);
        foreach (var (reason, count) in counts)
        {
            json.WriteNumber(reason, count);
        }

        json.WriteEndObject();
    }
}
