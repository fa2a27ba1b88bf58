using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Roost.Shadow.Http;

/// <summary>One page of things that have shadows.</summary>
internal sealed record ThingsPage(
    IReadOnlyList<ThingEntry> Things, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextToken);

internal sealed record ThingEntry(string Thing, IReadOnlyList<ShadowEntry> Shadows);

/// <param name="Name">Null for the classic shadow.</param>
internal sealed record ShadowEntry(string? Name, long Version, DateTimeOffset Updated);

internal static class ListingJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // it is never part of a page, and \u0027 in place of a quote is hard to read
    };
}
