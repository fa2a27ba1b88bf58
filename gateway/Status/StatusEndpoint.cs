using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Configuration;
using Roost.Gateway.Disks;
using Roost.Gateway.Health;
using Roost.Gateway.Hosting;
using Roost.Gateway.Http;
using Roost.Gateway.Routing;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Shadow;
using Roost.Streams;

namespace Roost.Gateway.Status;

/// <summary><c>GET /api/v1/status</c>: everything that <c>roost status</c> shows, in one answer.</summary>
internal static class StatusEndpoint
{
    private const int ThingsPage = 1000;

    public static void MapStatus(this WebApplication app, RoostConfiguration configuration)
    {
        var clock = app.Services.GetRequiredService<TimeProvider>();
        var started = clock.GetUtcNow();
        app.MapGet("/api/v1/status", context => AnswerAsync(context, app, configuration, started, clock.GetUtcNow() - started));
    }

    private static async Task AnswerAsync(HttpContext context, WebApplication app, RoostConfiguration configuration, DateTimeOffset started, TimeSpan uptime)
    {
        var services = app.Services;
        var broker = await services.GetRequiredService<MqttBroker>().GetStatisticsAsync();
        await context.AnswerAsync(writer =>
        {
            writer.WriteString("version", Daemon.Version);
            writer.WriteTime("startedAt", started);
            writer.WriteNumber("uptimeSeconds", (long)uptime.TotalSeconds);
            writer.WriteString("dataFolder", configuration.DataFolder);
            writer.WriteString("durability", KeyName.Of(configuration.Get<MqttOptions>().Durability.ToString()));
            writer.WriteString("isolation", KeyName.Of(configuration.Get<FunctionOptions>().Isolation.ToString()));
            WriteHealth(writer, services.GetServices<IHealthSource>());
            WriteListeners(writer, Listeners.Open(app));
            WriteBroker(writer, broker);
            WriteThings(writer, services.GetRequiredService<ShadowService>());
            WriteFunctions(writer, services.GetRequiredService<IFunctionInvoker>());
            WriteStreams(writer, services.GetRequiredService<IStreamCatalog>(), services.GetRequiredService<IStreamStorage>().Usage);
            WriteUplink(writer, services.GetRequiredService<IUplink>().Status);
            WriteBridges(writer, services.GetRequiredService<ICloudBridge>().List());
            writer.WriteStartObject("disk");
            DiskEndpoint.Write(writer, services.GetRequiredService<DiskWatch>().Look());
            writer.WriteEndObject();
            writer.WriteNumber("routes", services.GetRequiredService<RouteTable>().Routes.Count);
        });
    }

    private static void WriteHealth(Utf8JsonWriter writer, IEnumerable<IHealthSource> sources)
    {
        var rooms = sources.Select(source => source.Check()).ToList();
        writer.WriteString("health", KeyName.Of(rooms.Max(room => room.State).ToString()));
        writer.WriteStartArray("problems");
        foreach (var problem in rooms.SelectMany(room => room.Reasons, (room, reason) => $"{room.Room}: {reason}"))
        {
            writer.WriteStringValue(problem);
        }

        writer.WriteEndArray();
    }

    private static void WriteListeners(Utf8JsonWriter writer, IReadOnlyList<(string Protocol, string Address, string? Name)> listeners)
    {
        writer.WriteStartArray("listeners");
        foreach (var (protocol, address, name) in listeners)
        {
            writer.WriteStartObject();
            writer.WriteString("protocol", protocol);
            writer.WriteString("address", address);
            writer.WriteString("name", name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteBroker(Utf8JsonWriter writer, BrokerStatistics broker)
    {
        writer.WriteStartObject("mqtt");
        writer.WriteNumber("clients", broker.ConnectedClients);
        writer.WriteNumber("sessions", broker.Sessions);
        writer.WriteNumber("subscriptions", broker.Subscriptions);
        writer.WriteNumber("retained", broker.RetainedMessages);
        writer.WriteNumber("queued", broker.QueuedMessages);
        writer.WriteNumber("received", broker.MessagesReceived);
        writer.WriteNumber("delivered", broker.MessagesDelivered);
        writer.WriteNumber("dropped", broker.Drops.Total);
        writer.WriteDrops("drops", broker.Drops);
        writer.WriteEndObject();
    }

    private static void WriteThings(Utf8JsonWriter writer, ShadowService shadows)
    {
        var (things, count, last) = (0, 0, "");
        do
        {
            var page = shadows.ListThings(last, ThingsPage);
            var names = page.Select(shadow => shadow.Id.Thing).Distinct(StringComparer.Ordinal).ToList();
            things += names.Count;
            count += page.Count;
            last = names.LastOrDefault() ?? "";
        }
        while (last.Length > 0);

        writer.WriteNumber("things", things);
        writer.WriteNumber("shadows", count);
        writer.WriteNumber("damagedShadows", shadows.Damaged);
    }

    private static void WriteFunctions(Utf8JsonWriter writer, IFunctionInvoker invoker)
    {
        var functions = invoker.Functions;
        writer.WriteStartObject("functions");
        writer.WriteNumber("count", functions.Count);
        writer.WriteNumber("failed", functions.Count(function => function.State != "ready"));
        writer.WriteNumber("workers", functions.Sum(function => function.Workers));
        writer.WriteNumber("queued", functions.Sum(function => function.Queued));
        writer.WriteNumber("retrying", functions.Sum(function => function.Retrying));
        writer.WriteNumber("deadLetters", functions.Sum(function => function.DeadLetters));
        writer.WriteNumber("errors", functions.Sum(function => function.RecentErrors)); // of the last five minutes
        writer.WriteEndObject();
    }

    private static void WriteStreams(Utf8JsonWriter writer, IStreamCatalog catalog, StreamUsage usage)
    {
        var streams = catalog.List().Where(stream => !stream.Name.IsSystem).ToList(); // the owner's; the daemon's own are in the list of streams
        writer.WriteStartObject("streams");
        writer.WriteNumber("count", streams.Count);
        writer.WriteNumber("records", streams.Sum(stream => stream.Records));
        writer.WriteNumber("bytes", streams.Sum(stream => stream.SizeBytes));
        writer.WriteNumber("usedBytes", usage.Bytes); // the daemon's own included
        writer.WriteNumber("headroomBytes", usage.Headroom);
        writer.WriteEndObject();
    }

    private static void WriteBridges(Utf8JsonWriter writer, IReadOnlyList<BridgeStatus> bridges)
    {
        writer.WriteStartObject("bridge");
        writer.WriteNumber("entries", bridges.Count);
        writer.WriteNumber("queued", bridges.Sum(static bridge => bridge.Queued));
        writer.WriteNumber("dropped", bridges.Sum(static bridge => bridge.DroppedOut.Values.Sum() + bridge.DroppedIn.Values.Sum()));
        writer.WriteNumber("refused", bridges.Sum(static bridge => bridge.Refused.Count));
        writer.WriteEndObject();
    }

    private static void WriteUplink(Utf8JsonWriter writer, UplinkStatus uplink)
    {
        writer.WriteStartObject("uplink");
        writer.WriteString("state", KeyName.Of(uplink.State.ToString()));
        writer.WriteString("endpoint", uplink.Endpoint);
        if (uplink.ConnectedSince is { } since)
        {
            writer.WriteTime("connectedSince", since);
        }

        writer.WriteString("lastError", uplink.LastError);
        if (uplink.NextAttemptAt is { } next)
        {
            writer.WriteTime("nextAttemptAt", next);
        }

        writer.WriteEndObject();
    }
}
