using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Roost.Identity.Signatures;

/// <summary>
/// The one text of a request that both sides sign (AWS Signature Version 4, "create a canonical request"), as every service but S3 has it: the path is
/// encoded once more than it was sent.
/// </summary>
internal static class CanonicalRequest
{
    private const string PresignedSignature = "X-Amz-Signature";

    public static string Of(SignedRequest request, IReadOnlyList<string> signedHeaders, string payloadHash)
    {
        var text = new StringBuilder(512)
            .Append(request.Method).Append('\n')
            .Append(Path(PathOf(request.RawTarget))).Append('\n')
            .Append(Query(QueryOf(request.RawTarget))).Append('\n');
        foreach (var name in signedHeaders)
        {
            text.Append(name).Append(':').AppendJoin(',', SignatureReader.ValuesOf(request, name).Select(Squeeze)).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    public static string PathOf(string rawTarget) => rawTarget.IndexOf('?') is var end and >= 0 ? rawTarget[..end] : rawTarget;

    public static string QueryOf(string rawTarget) => rawTarget.IndexOf('?') is var start and >= 0 ? rawTarget[(start + 1)..] : "";

    /// <summary>Without <c>.</c>, <c>..</c> and empty segments (RFC 3986), then encoded as it stands, slashes excepted.</summary>
    private static string Path(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        foreach (var segment in segments)
        {
            if (segment == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (segment is not ("" or "." or ".."))
            {
                kept.Add(Encode(segment));
            }
        }

        var isFolder = kept.Count > 0 && segments[^1] is "" or "." or "..";
        return $"/{string.Join('/', kept)}{(isFolder && kept.Count > 0 ? "/" : "")}";
    }

    /// <summary>
    /// Names and values encoded anew and in order. They are decoded just as those who serve the request decode them: what changes nothing for them
    /// changes nothing here, and what does, does.
    /// </summary>
    private static string Query(string query)
    {
        var pairs = new List<(string Name, string Value)>();
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            if (name != PresignedSignature)
            {
                pairs.Add((Encode(name), Encode(pair.DecodeValue().ToString())));
            }
        }

        pairs.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name) is not 0 and var order ? order : string.CompareOrdinal(one.Value, other.Value));
        return string.Join('&', pairs.Select(static pair => $"{pair.Name}={pair.Value}"));
    }

    /// <summary>Trimmed, and each run of spaces made one.</summary>
    private static string Squeeze(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var character in value.Trim())
        {
            if (character != ' ' || text[^1] != ' ')
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }

    /// <summary>Letters, digits and <c>-._~</c> stay; every other byte of its UTF-8 becomes <c>%XX</c>.</summary>
    private static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
            {
                encoded.Append((char)one);
            }
            else
            {
                encoded.Append('%').Append(Convert.ToHexString([one]));
            }
        }

        return encoded.ToString();
    }
}
