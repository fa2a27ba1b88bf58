using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Lists in pages. The marker says after which item a page begins; so it still holds when items come and go between two pages.</summary>
internal static class Page
{
    private const int Default = 50;
    private const int Most = 10_000;

    /// <param name="member">The list's name in the answer.</param>
    /// <param name="items">With their keys, in an order of which <paramref name="isAfter"/> can tell whether one comes after a key.</param>
    public static JsonObject Of<TKey>(HttpContext http, string member, IEnumerable<(TKey Key, JsonObject Item)> items, Func<TKey, string> write, Func<TKey, string, bool> isAfter)
    {
        var size = SizeOf(http);
        var marker = MarkerOf(http);
        var page = items.Where(item => marker is null || isAfter(item.Key, marker)).Take(size + 1).ToList();
        var answer = new JsonObject { [member] = new JsonArray([.. page.Take(size).Select(item => item.Item)]) };
        if (page.Count > size)
        {
            answer["NextMarker"] = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(write(page[size - 1].Key)));
        }

        return answer;
    }

    /// <summary>Items by name, in the order of their names.</summary>
    public static JsonObject Of(HttpContext http, string member, IEnumerable<(string Key, JsonObject Item)> items) =>
        Of(http, member, items, key => key, (key, marker) => string.CompareOrdinal(key, marker) > 0);

    private static int SizeOf(HttpContext http)
    {
        var text = http.Request.Query["MaxItems"].ToString();
        if (text.Length == 0)
        {
            return Default;
        }

        return int.TryParse(text, out var size) && size is >= 1 and <= Most
            ? size
            : throw RequestRefusedException.Constraint("maxItems", text, $"Member must have value from 1 to {Most}");
    }

    private static string? MarkerOf(HttpContext http)
    {
        var text = http.Request.Query["Marker"].ToString();
        try
        {
            return text.Length == 0 ? null : Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(text));
        }
        catch (FormatException)
        {
            throw RequestRefusedException.InvalidParameter("The marker is none that a page of this list has ended with.");
        }
    }
}
