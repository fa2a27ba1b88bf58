using System.Globalization;
using System.Text.Json;

namespace Roost.LocalLambda.Sources.Lifecycle;

/// <summary>What became of the gateway, in the form of EventBridge's events.</summary>
internal static class LifecycleEvent
{
    public static byte[] Write(string function, string on, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "0");
            writer.WriteString("id", Guid.NewGuid());
            writer.WriteString("detail-type", "Gateway Lifecycle");
            writer.WriteString("source", "roost");
            writer.WriteString("account", FunctionArn.Account);
            writer.WriteString("time", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("region", FunctionArn.Region);
            writer.WriteStartArray("resources");
            writer.WriteStringValue(new FunctionArn(function, null).ToString());
            writer.WriteEndArray();
            writer.WriteStartObject("detail");
            writer.WriteString("event", on);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
