using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>EventBridge's Scheduled Event.</summary>
internal static class ScheduledEvent
{
    public static string RuleArn(string rule) => $"arn:aws:events:{FunctionArn.Region}:{FunctionArn.Account}:rule/{rule}";

    /// <param name="time">When it was due, which may be before it runs.</param>
    public static byte[] Write(string rule, DateTimeOffset time)
    {
        var arn = RuleArn(rule);
        var timeText = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "0");
            writer.WriteString("id", IdOf(arn, timeText));
            writer.WriteString("detail-type", "Scheduled Event");
            writer.WriteString("source", "aws.events");
            writer.WriteString("account", FunctionArn.Account);
            writer.WriteString("time", timeText);
            writer.WriteString("region", FunctionArn.Region);
            writer.WriteStartArray("resources");
            writer.WriteStringValue(arn);
            writer.WriteEndArray();
            writer.WriteStartObject("detail");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The same run has the same id, also when it comes twice: after a crash at the wrong moment, or because the function failed.</summary>
    private static Guid IdOf(string arn, string time) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{arn} {time}")).AsSpan(0, 16));
}
