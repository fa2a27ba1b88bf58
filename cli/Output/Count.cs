using System.Globalization;
using System.Text.Json;

namespace Roost.Cli.Output;

/// <summary>Numbers with their noun: 1 thing, 2 things.</summary>
internal static class Count
{
    public static string Of(long count, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");

    /// <summary>The number that a member holds; 0 where it is missing.</summary>
    public static string Of(JsonElement parent, string member, string one, string many) =>
        Of(long.TryParse(JsonText.Cell(parent, member), CultureInfo.InvariantCulture, out var count) ? count : 0, one, many);
}
