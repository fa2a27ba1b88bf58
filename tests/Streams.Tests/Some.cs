using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Roost.Streams.Tests;

internal static class Some
{
    public static readonly StreamName Telemetry = StreamName.Parse("telemetry");

    public static NewRecord Record(int number, string key = "robots/vac-01/telemetry") =>
        new() { Key = key, Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)) };

    public static NewRecord Record(string text, string key = "k") => new() { Key = key, Payload = Encoding.UTF8.GetBytes(text) };

    /// <summary>What <see cref="Record(int, string)"/> put in, as it is or in the envelope of an export.</summary>
    public static int NumberOf(ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        return int.Parse(text.StartsWith('{') ? JsonDocument.Parse(text).RootElement.GetProperty("data").GetString()! : text, CultureInfo.InvariantCulture);
    }

    public static string Text(this StreamRecord record) => Encoding.UTF8.GetString(record.Payload.Span);

    /// <summary>Everything there is, payloads as text.</summary>
    public static List<string> ReadAll(this RecordStream stream, long from = 0)
    {
        using var reader = stream.OpenReader(from);
        var all = new List<string>();
        while (reader.TryRead(1000, 1024 * 1024, out var records))
        {
            all.AddRange(records.Select(record => record.Text()));
        }

        return all;
    }
}
