using System.Text;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>JSON as the value of a header: pure ASCII on one line, and still the same JSON.</summary>
internal static class HeaderText
{
    public static string Escape(string json)
    {
        if (json.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
        {
            return json;
        }

        var text = new StringBuilder(json.Length + 16);
        foreach (var c in json)
        {
            if (c is '\r' or '\n' or '\t')
            {
                text.Append(' '); // outside of strings, where JSON does not allow them
            }
            else if (c is > '~' or < ' ')
            {
                text.Append($"\\u{(int)c:x4}");
            }
            else
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
