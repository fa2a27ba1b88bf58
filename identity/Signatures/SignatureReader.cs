using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace Roost.Identity.Signatures;

/// <summary>Reads the claim from the Authorization header, or from the query of a presigned request. Everything has a bound and stands exactly once.</summary>
internal static partial class SignatureReader
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const int MaxLength = 8 * 1024;
    private const int MaxSignedHeaders = 64;
    private const string Terminator = "aws4_request";

    /// <summary>AWS IoT's longest for an address of its own; presigned requests can be repeated until then.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    /// <summary>Of a presigned request that states none, as the first AWS IoT SDK makes them.</summary>
    private static readonly TimeSpan _usual = TimeSpan.FromMinutes(5);

    /// <exception cref="MalformedSignatureException">It is not written as it has to be.</exception>
    public static SignatureClaim Read(SignedRequest request)
    {
        var query = QueryOf(request);
        var byQuery = query.Keys.Any(static name => name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase));
        if (request.Headers.Any(static header => header.Key.Equals("X-Amz-Security-Token", StringComparison.OrdinalIgnoreCase))
            || query.Keys.Any(static name => name.Equals("X-Amz-Security-Token", StringComparison.OrdinalIgnoreCase)))
        {
            throw new MalformedSignatureException("It carries a session token (X-Amz-Security-Token): this gateway's access keys have none; configure the access key and its secret alone.");
        }

        var authorization = ValuesOf(request, "authorization");
        if (byQuery)
        {
            return authorization.Count == 0 ? ReadQuery(query) : throw new MalformedSignatureException("It is signed by its query and has an Authorization header too; send one of them.");
        }

        return authorization.Count == 1 ? ReadHeader(authorization[0], request) : throw new MalformedSignatureException("It has more than one Authorization header.");
    }

    /// <summary>The values of a header, in order.</summary>
    public static IReadOnlyList<string> ValuesOf(SignedRequest request, string name) =>
        [.. request.Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value)];

    private static SignatureClaim ReadHeader(string text, SignedRequest request)
    {
        if (text.Length > MaxLength || !text.StartsWith($"{Algorithm} ", StringComparison.Ordinal))
        {
            throw new MalformedSignatureException($"Authorization has to begin with {Algorithm}.");
        }

        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text[(Algorithm.Length + 1)..].Split(','))
        {
            var (name, value) = part.Trim().Split('=', 2) is [var first, var second] ? (first, second) : ("", "");
            if (name is not ("Credential" or "SignedHeaders" or "Signature") || !parts.TryAdd(name, value))
            {
                throw new MalformedSignatureException("Authorization has to hold Credential, SignedHeaders and Signature, each once.");
            }
        }

        if (parts.Count != 3)
        {
            throw new MalformedSignatureException("Authorization has to hold Credential, SignedHeaders and Signature.");
        }

        return ValuesOf(request, "x-amz-date") is [var timestamp]
            ? Claim(parts["Credential"], timestamp, expires: null, parts["SignedHeaders"], parts["Signature"])
            : throw new MalformedSignatureException("X-Amz-Date has to stand in it once.");
    }

    private static SignatureClaim ReadQuery(Dictionary<string, List<string>> query)
    {
        if (One("X-Amz-Algorithm") != Algorithm)
        {
            throw new MalformedSignatureException($"X-Amz-Algorithm has to be {Algorithm}.");
        }

        var expires = _usual;
        if (query.ContainsKey("X-Amz-Expires"))
        {
            expires = int.TryParse(One("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds <= _longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : throw new MalformedSignatureException($"X-Amz-Expires has to be a number of seconds from 1 to {_longest.TotalSeconds}.");
        }

        return Claim(One("X-Amz-Credential"), One("X-Amz-Date"), expires, One("X-Amz-SignedHeaders"), One("X-Amz-Signature"));

        string One(string name) => query.TryGetValue(name, out var values) && values is [{ Length: <= MaxLength } only]
            ? only
            : throw new MalformedSignatureException($"{name} has to stand in the query once.");
    }

    private static SignatureClaim Claim(string credential, string timestamp, TimeSpan? expires, string signedHeaders, string signature)
    {
        if (credential.Split('/') is not [{ Length: > 0 } id, var date, { Length: > 0 } region, { Length: > 0 } service, Terminator])
        {
            throw new MalformedSignatureException("Credential has to be KEY/DATE/REGION/SERVICE/aws4_request.");
        }

        if (!DateTimeOffset.TryParseExact(timestamp, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) || !timestamp.StartsWith(date, StringComparison.Ordinal) || date.Length != 8)
        {
            throw new MalformedSignatureException("X-Amz-Date has to be like 20150830T123600Z, and of the day in Credential.");
        }

        var headers = signedHeaders.Split(';');
        if (headers.Length > MaxSignedHeaders || headers.Any(static name => name.Length == 0 || name.Any(char.IsAsciiLetterUpper))
            || headers.Zip(headers.Skip(1)).Any(static pair => string.CompareOrdinal(pair.First, pair.Second) >= 0))
        {
            throw new MalformedSignatureException("SignedHeaders has to be a list of names in lower case, in order, each once.");
        }

        return Signature().IsMatch(signature)
            ? new SignatureClaim
            {
                AccessKeyId = id, Scope = credential[(id.Length + 1)..], Date = date, Region = region, Service = service, Timestamp = timestamp, Time = time,
                Expires = expires, SignedHeaders = headers, Signature = signature,
            }
            : throw new MalformedSignatureException("Signature has to be 64 hexadecimal digits in lower case.");
    }

    private static Dictionary<string, List<string>> QueryOf(SignedRequest request)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(CanonicalRequest.QueryOf(request.RawTarget)))
        {
            var name = pair.DecodeName().ToString();
            if (!found.TryGetValue(name, out var values))
            {
                found[name] = values = [];
            }

            values.Add(pair.DecodeValue().ToString());
        }

        return found;
    }

    [GeneratedRegex("^[0-9a-f]{64}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Signature();
}
