using System.Text;

namespace Roost.Streams.Export.Web;

/// <summary>What a server says about a refusal, fit to be shown: so much of it, in one line, without what would steer a terminal.</summary>
internal static class AnswerText
{
    private const int MaxCharacters = 200;
    private const int MaxBytes = 4 * MaxCharacters;

    /// <summary>Reads no more than it needs, whatever the server has to say. What cannot be read to the end is shown as far as it came.</summary>
    public static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes];
        var length = 0;
        try
        {
            await using var body = await content.ReadAsStreamAsync(cancellationToken);
            while (length < buffer.Length && await body.ReadAsync(buffer.AsMemory(length), cancellationToken) is var read and > 0)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status has been told, and counts.
        }

        return Clean(Encoding.UTF8.GetString(buffer, 0, length));
    }

    public static string Clean(string text)
    {
        var clean = new StringBuilder(MaxCharacters);
        foreach (var rune in text.EnumerateRunes())
        {
            var isGap = Rune.IsWhiteSpace(rune);
            if (clean.Length >= MaxCharacters)
            {
                break;
            }

            if (isGap ? clean.Length > 0 && clean[^1] != ' ' : !Rune.IsControl(rune) && Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.Format)
            {
                clean.Append(isGap ? " " : rune.ToString());
            }
        }

        return clean.ToString().TrimEnd();
    }
}
