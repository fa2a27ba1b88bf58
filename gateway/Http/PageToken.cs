using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http;

/// <summary>Pages of a listing: <c>maxResults</c> items at most, and <c>nextToken</c>, which is the last name of the page before, encoded.</summary>
internal static class PageToken
{
    public static string Encode(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <returns>The last name of the page before; null on the first page.</returns>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static string? Parse(IQueryCollection query)
    {
        var token = query["nextToken"].ToString();
        if (token.Length == 0)
        {
            return null;
        }

        return Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)) : throw new FormatException("nextToken is not one that an answer gave.");
    }

    /// <exception cref="FormatException">It is no number from 1 to <paramref name="most"/>.</exception>
    public static int ParseCount(IQueryCollection query, int usual, int most)
    {
        var text = query["maxResults"].ToString();
        return text.Length == 0 ? usual
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most ? count
            : throw new FormatException($"maxResults is a number from 1 to {most}, not '{text}'.");
    }
}
