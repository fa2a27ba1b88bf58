using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;
using Roost.Hardware;

namespace Roost.Gateway.Hardware;

/// <summary>
/// <c>GET /api/v1/hardware</c>: points, and the GPIO chips with all their lines and who has them. <c>GET /api/v1/hardware/sensors</c>: what sensors the machine has. <c>PUT /api/v1/hardware/simulated/{line}?level=high|low|open</c>
/// puts a voltage on a line of the chip in memory.
/// </summary>
internal static class HardwareEndpoint
{
    private const string Path = "/api/v1/hardware";

    public static void MapHardware(this IEndpointRouteBuilder endpoints, IHardware hardware, ISensors sensors, TimeProvider clock)
    {
        var search = new SensorSearch(sensors, clock);
        endpoints.MapGet(Path + "/sensors", context => FindSensorsAsync(context, search));
        endpoints.MapGet(Path, context => DescribeAsync(context, hardware));
        endpoints.MapPut(Path + "/simulated/{line}", context => SimulateAsync(context, hardware));
    }

    private static Task DescribeAsync(HttpContext context, IHardware hardware)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("points");
            foreach (var point in hardware.Points)
            {
                Write(writer, point);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("chips");
            foreach (var chip in hardware.DescribeChips())
            {
                Write(writer, chip);
            }

            writer.WriteEndArray();
        });
    }

    private static async Task FindSensorsAsync(HttpContext context, SensorSearch search)
    {
        context.Response.Headers.CacheControl = "no-store";
        IReadOnlyList<FoundSensor> found;
        try
        {
            found = await search.FindAsync(context.RequestAborted);
        }
        catch (TimeoutException)
        {
            await context.RefuseAsync(StatusCodes.Status503ServiceUnavailable, "A sensor does not answer, and what comes behind it cannot be listed. 'roost hardware list' names the configured ones that hang.");
            return;
        }

        await context.AnswerAsync(writer =>
        {
            writer.WriteStartArray("sensors");
            foreach (var sensor in found)
            {
                writer.WriteStartObject();
                writer.WriteString("source", KeyName.Of(sensor.Source.ToString()));
                writer.WriteString("device", sensor.Device);
                writer.WriteString("channel", sensor.Channel);
                writer.WriteString("label", sensor.Label);
                writer.WritePropertyName("value");
                sensor.Value.WriteTo(writer);
                writer.WriteString("unit", sensor.Unit);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static Task SimulateAsync(HttpContext context, IHardware hardware)
    {
        bool? high;
        switch (context.Request.Query["level"].ToString())
        {
            case "high":
                high = true;
                break;
            case "low":
                high = false;
                break;
            case "open":
                high = null;
                break;
            default:
                return context.RefuseAsync(StatusCodes.Status400BadRequest, "level is none of high, low and open; add ?level=high to the path.");
        }

        return hardware.Simulate((string)context.GetRouteValue("line")!, high) is { } fault
            ? context.RefuseAsync(StatusCodes.Status409Conflict, $"{fault}.")
            : context.AnswerAsync(static _ => { });
    }

    private static void Write(Utf8JsonWriter writer, PointDescription point)
    {
        writer.WriteStartObject();
        writer.WriteString("thing", point.Thing);
        writer.WriteString("property", point.Property);
        writer.WriteString("source", point.Source);
        writer.WriteBoolean("output", point.IsOutput);
        writer.WritePropertyName("value");
        point.Value.WriteTo(writer);
        if (point.At is { } at)
        {
            writer.WriteTime("at", at);
        }

        writer.WriteString("fault", point.Fault);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, GpioChipDescription chip)
    {
        writer.WriteStartObject();
        writer.WriteString("name", chip.Name);
        writer.WriteString("label", chip.Label);
        writer.WriteString("fault", chip.Fault);
        writer.WriteStartArray("lines");
        foreach (var line in chip.Lines)
        {
            writer.WriteStartObject();
            writer.WriteNumber("offset", line.Offset);
            writer.WriteString("name", line.Name);
            writer.WriteBoolean("used", line.IsUsed);
            writer.WriteString("consumer", line.Consumer);
            writer.WriteString("direction", KeyName.Of(line.Direction.ToString()));
            writer.WriteString("active", KeyName.Of(line.Active.ToString()));
            writer.WriteString("pull", line.Pull is { } pull ? KeyName.Of(pull.ToString()) : null);
            writer.WriteString("drive", KeyName.Of(line.Drive.ToString()));
            writer.WriteString("point", line.Point);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
