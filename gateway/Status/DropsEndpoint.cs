using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Status;

/// <summary><c>GET /api/v1/drops</c>: messages that were lost, by reason, in total, by prefix of the topic and by client.</summary>
internal static class DropsEndpoint
{
    public static void MapDrops(this IEndpointRouteBuilder endpoints, MqttBroker broker) =>
        endpoints.MapGet("/api/v1/drops", context => AnswerAsync(context, broker));

    /// <summary>An object of the reasons that occurred.</summary>
    public static void WriteDrops(this Utf8JsonWriter writer, string name, DropCounts drops)
    {
        writer.WriteStartObject(name);
        foreach (var reason in DropCounts.Reasons)
        {
            if (drops[reason] > 0)
            {
                writer.WriteNumber(DropCounts.NameOf(reason), drops[reason]);
            }
        }

        writer.WriteEndObject();
    }

    private static async Task AnswerAsync(HttpContext context, MqttBroker broker)
    {
        var report = await broker.GetDropsAsync();
        await context.AnswerAsync(writer =>
        {
            writer.WriteNumber("total", report.Total.Total);
            writer.WriteDrops("reasons", report.Total);
            WriteRows(writer, "prefixes", "prefix", report.Prefixes);
            writer.WriteDrops("otherPrefixes", report.OtherPrefixes);
            WriteRows(writer, "clients", "id", report.Clients);
        });
    }

    private static void WriteRows(Utf8JsonWriter writer, string list, string name, IReadOnlyList<DropReport.Row> rows)
    {
        writer.WriteStartArray(list);
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString(name, row.Name);
            writer.WriteNumber("total", row.Counts.Total);
            writer.WriteDrops("reasons", row.Counts);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
