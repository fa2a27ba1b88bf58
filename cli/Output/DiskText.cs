using System.Globalization;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>What is written to the disk of the data folder, in one line.</summary>
internal static class DiskText
{
    private const double DaysOfYear = 365;

    public static string Of(JsonElement disk)
    {
        if (JsonText.Cell(disk, "device") is not { Length: > 0 } device)
        {
            return "the data folder lies on no disk that the kernel tells of";
        }

        var model = JsonText.Cell(disk, "model");
        var name = $"{device} ({JsonText.Cell(disk, "kind")}{(model.Length > 0 ? " " + model : "")})";
        if (Number(disk, "bytesPerDay") is not { } machine)
        {
            return $"{name}, not known yet how much is written in a day";
        }

        var own = Number(disk, "daemonBytesPerDay") is { } daemon ? $", {Megabytes(daemon)} of it by roostd" : "";
        return $"{name}, {Megabytes(machine)} are written in a day{own}{Life(disk)}";
    }

    private static string Life(JsonElement disk)
    {
        if (!disk.TryGetProperty("life", out var life) || Number(life, "days") is not { } days)
        {
            return "";
        }

        var time = days >= 2 * DaysOfYear ? string.Create(CultureInfo.InvariantCulture, $"{days / DaysOfYear:0} years") : string.Create(CultureInfo.InvariantCulture, $"{days:0} days");
        return $"; it bears that for {time}{(JsonText.Cell(life, "isAssumed") == "true" ? " (assumed: sd-card.endurance)" : "")}";
    }

    private static string Megabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N1} MB");

    private static double? Number(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number ? member.GetDouble() : null;
}
