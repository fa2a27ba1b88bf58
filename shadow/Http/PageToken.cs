using System.Buffers.Text;
using System.Text;

namespace Roost.Shadow.Http;

/// <summary>Where a listing goes on: the last name shown, in a form that clients do not take apart.</summary>
internal static class PageToken
{
    private const int MostChars = 256; // a name has at most 128 bytes

    public static string Of(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    public static bool TryRead(string token, out string last)
    {
        last = "";
        if (token.Length is 0 or > MostChars || !Base64Url.IsValid(token))
        {
            return false;
        }

        last = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
        return last.Length > 0;
    }
}
