using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Roost.Identity.Http;

/// <summary>A part of a long list: <c>?pageSize=&amp;nextToken=</c>. A page begins behind the last key of the one before, so that changes between two pages leave nothing out.</summary>
internal sealed class ListPage<T>
{
    private const int Most = 1000;
    private const int Usual = 100;

    private ListPage(IReadOnlyList<T> items, string? nextToken)
    {
        Items = items;
        NextToken = nextToken;
    }

    public IReadOnlyList<T> Items { get; }

    /// <summary>Null: there is no more.</summary>
    public string? NextToken { get; }

    /// <param name="keyOf">Unique; the list is put in its order.</param>
    /// <exception cref="ChangeRefusedException">A parameter is no such one.</exception>
    public static ListPage<T> Of(HttpContext context, IEnumerable<T> all, Func<T, string> keyOf)
    {
        var size = SizeOf(context.Request.Query["pageSize"]);
        var after = KeyOf(context.Request.Query["nextToken"]);
        var rest = all.Select(item => (Key: keyOf(item), Item: item)).Where(item => string.CompareOrdinal(item.Key, after) > 0).OrderBy(item => item.Key, StringComparer.Ordinal).Take(size + 1).ToList();
        var next = rest.Count > size ? WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(rest[size - 1].Key)) : null;
        return new ListPage<T>([.. rest.Take(size).Select(item => item.Item)], next);
    }

    private static int SizeOf(string? text) => text is null ? Usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is > 0 and <= Most ? size
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"'pageSize' is none; use 1 to {Most}.");

    private static string? KeyOf(string? token)
    {
        try
        {
            return string.IsNullOrEmpty(token) ? null : Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(token));
        }
        catch (FormatException)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "'nextToken' is none of this gateway's; take it from the page before, as it is.");
        }
    }
}
