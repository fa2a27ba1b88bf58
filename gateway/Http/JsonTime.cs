using System.Globalization;
using System.Text.Json;

namespace Roost.Gateway.Http;

/// <summary>The form of every time in Roost's answers: UTC, always with three digits of a second, so that columns stand and texts sort.</summary>
internal static class JsonTime
{
    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset time) =>
        writer.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
