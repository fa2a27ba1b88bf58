using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.Identity.Http;

/// <summary>Answers with a page of a list, and refuses parameters that a path does not have.</summary>
internal static class PageAnswer
{
    /// <param name="name">Of the array in the answer.</param>
    /// <exception cref="ChangeRefusedException">A parameter of the page is none.</exception>
    public static Task WriteAsync<T>(HttpContext context, string name, IEnumerable<T> items, Func<T, string> keyOf, Action<Utf8JsonWriter, T> write)
    {
        var page = ListPage<T>.Of(context, items, keyOf);
        return IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray(name);
            foreach (var item in page.Items)
            {
                write(json, item);
            }

            json.WriteEndArray();
            if (page.NextToken is { } next)
            {
                json.WriteString("nextToken", next);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>A slip of the pen would otherwise answer with everything.</summary>
    /// <exception cref="ChangeRefusedException">There is another parameter.</exception>
    public static void CheckParameters(HttpContext context, params string[] known)
    {
        if (context.Request.Query.Keys.FirstOrDefault(key => !known.Contains(key, StringComparer.Ordinal)) is { } unknown)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"'{unknown}' is no parameter of this path, which has {(known.Length == 0 ? "none" : string.Join(", ", known))}");
        }
    }
}
