using System.Globalization;
using System.Text;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>What an operator says of how a stream is kept, for the daemon, which judges it; what is null is not said.</summary>
internal sealed record StreamDefinition(string? MaxBytes, string? MaxAge, string? MaxRecords, string? Consumed, string? Full, string? Durability, string? Compression, string? VerifyEvery, string? Priority, string? MaxRecord)
{
    public byte[] ToJson() => Encoding.UTF8.GetBytes(JsonText.Write(Write));

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if ((MaxBytes ?? MaxAge ?? MaxRecords ?? Consumed) is not null)
        {
            json.WriteStartObject("retention");
            Write(json, "bytes", MaxBytes);
            Write(json, "age", MaxAge);
            Write(json, "records", MaxRecords);
            Write(json, "consumed", Consumed);
            json.WriteEndObject();
        }

        Write(json, "full", Full);
        Write(json, "durability", Durability);
        Write(json, "compression", Compression);
        Write(json, "verifyEvery", VerifyEvery);
        Write(json, "priority", Priority);
        Write(json, "maxRecord", MaxRecord);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            json.WriteNumber(name, number);
        }
        else if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
