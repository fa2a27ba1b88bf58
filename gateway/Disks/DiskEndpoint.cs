using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Roost.Gateway.Configuration;
using Roost.Gateway.Http;

namespace Roost.Gateway.Disks;

/// <summary><c>GET /api/v1/disk</c>: what is written to the disk of the data folder, by whom, and how long it bears that.</summary>
internal static class DiskEndpoint
{
    public static void MapDisk(this IEndpointRouteBuilder endpoints, DiskWatch watch) =>
        endpoints.MapGet("/api/v1/disk", context => context.AnswerAsync(writer =>
        {
            Write(writer, watch.Look());
            writer.WriteStartArray("uses");
            foreach (var use in watch.Uses)
            {
                writer.WriteStartObject();
                writer.WriteString("kind", KeyName.Of(use.Kind.ToString()));
                writer.WriteString("name", use.Name);
                writer.WriteNumber("writtenBytes", use.WrittenBytes);
                writer.WriteNumber("syncs", use.Syncs);
                writer.WriteNumber("commits", use.Commits);
                writer.WriteNumber("items", use.Items);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }));

    /// <summary>Members of an object that is begun.</summary>
    public static void Write(Utf8JsonWriter writer, DiskReport report)
    {
        if (report.Disk is { } disk)
        {
            writer.WriteString("device", disk.Name);
            writer.WriteString("kind", KeyName.Of(disk.Kind.ToString()));
            writer.WriteString("model", disk.Model);
            writer.WriteString("made", disk.Made);
            writer.WriteNumber("sizeBytes", disk.SizeBytes);
            writer.WriteString("fileSystem", disk.Mount?.FileSystem);
            Write(writer, "flushes", disk.FlushCount);
            Write(writer, "usedPercent", disk.Health?.UsedPercent);
        }
        else
        {
            writer.WriteNull("device");
        }

        Write(writer, "writtenBytes", report.WrittenBytes); // since the machine started
        Write(writer, "daemonBytes", report.DaemonBytes);
        writer.WriteNumber("handedBytes", report.HandedBytes);
        writer.WriteNumber("syncs", report.Syncs);
        Write(writer, "amplification", report.Amplification is { } ratio ? Math.Round(ratio, 2) : null);
        Write(writer, "bytesPerDay", (long?)report.Machine?.PerDay);
        Write(writer, "daemonBytesPerDay", (long?)report.Daemon?.PerDay);
        Write(writer, "syncsPerDay", (long?)report.SyncRate?.PerDay);
        Write(writer, "overSeconds", (long?)(report.Machine ?? report.Daemon)?.Over.TotalSeconds);
        if (report.Life is { } life)
        {
            writer.WriteStartObject("life");
            writer.WriteNumber("days", Math.Round(life.Days));
            writer.WriteNumber("enduranceBytes", life.EnduranceBytes);
            writer.WriteBoolean("isAssumed", life.IsAssumed);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("life");
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } known)
        {
            writer.WriteNumber(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
