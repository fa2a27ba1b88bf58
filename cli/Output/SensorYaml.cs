using System.Text;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>Sensors as items of <c>hardware.sensors</c>, each a property of the thing <c>gateway</c>.</summary>
internal static class SensorYaml
{
    public static string Of(IReadOnlyList<JsonElement> sensors)
    {
        var text = new StringBuilder();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sensor in sensors)
        {
            var (source, device, channel) = (JsonText.Cell(sensor, "source"), JsonText.Cell(sensor, "device"), JsonText.Cell(sensor, "channel"));
            var property = Word(device.StartsWith(channel, StringComparison.Ordinal) || channel is "temp" or "temperature" ? device : $"{device}-{channel}");
            for (var (number, name) = (2, property); !taken.Add(property); number++)
            {
                property = $"{name}-{number}";
            }

            // The firmware is the only one of its kind and is not named.
            var where = source == "throttling" ? "" : $", device: {Quoted(device)}";
            text.Append($"- {{ thing: gateway, property: {property}, source: {source}{where}, channel: {Quoted(channel)} }}\n");
        }

        return text.ToString();
    }

    /// <summary>What a property may be called; at most 64 letters, digits, _ and -.</summary>
    private static string Word(string text)
    {
        const int Longest = 60; // and a number behind it
        var word = string.Concat(text.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '-')).Trim('-');
        return word.Length == 0 ? "sensor" : word[..Math.Min(Longest, word.Length)];
    }

    /// <summary>A name of a driver may be anything: what YAML could take for something else stands in quotes.</summary>
    private static string Quoted(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.') && text is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off")
            ? text
            : JsonSerializer.Serialize(text);
}
