using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Sources.Urls;

/// <summary>The answer that a function's result stands for: an object with <c>statusCode</c> says itself what it is, any other result is a body of JSON.</summary>
internal sealed class HttpAnswer
{
    private const string Json = "application/json";

    /// <summary>What concerns the connection is the daemon's, not a function's.</summary>
    private static readonly HashSet<string> s_ofConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "connection", "content-length", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    };

    /// <summary>What a browser would apply to the whole daemon, whose origin the function only shares.</summary>
    private static readonly HashSet<string> s_ofOrigin = new(StringComparer.OrdinalIgnoreCase) { "service-worker-allowed", "clear-site-data", "strict-transport-security" };

    /// <summary>A page of a function gets an origin of its own: in the daemon's it could do whatever the operator who looks at it may.</summary>
    private const string Sandbox = "sandbox allow-scripts allow-forms allow-modals allow-popups allow-downloads";

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private readonly List<string> _cookies = [];

    private HttpAnswer(int status, ReadOnlyMemory<byte> body) => (Status, Body) = (status, body);

    public int Status { get; private init; }

    public ReadOnlyMemory<byte> Body { get; private init; }

    /// <returns>Null for a result that can be no answer: the caller is told of an internal error.</returns>
    public static HttpAnswer? Of(ReadOnlyMemory<byte> result)
    {
        if (!FunctionEvent.IsJson(result.Span))
        {
            return new HttpAnswer(StatusCodes.Status200OK, result);
        }

        using var document = JsonDocument.Parse(result);
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("statusCode", out var status) ? Full(root, status) : new HttpAnswer(StatusCodes.Status200OK, result);
    }

    public async Task WriteAsync(HttpContext http, Action<HttpResponse> addCors)
    {
        var response = http.Response;
        response.StatusCode = Status;
        foreach (var (name, value) in _headers)
        {
            response.Headers.Append(name, value);
        }

        response.Headers.Append("Content-Security-Policy", Sandbox); // beside one of the function's: a browser obeys all
        foreach (var cookie in _cookies)
        {
            response.Headers.Append("Set-Cookie", cookie);
        }

        addCors(response);
        if (Status is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified)
        {
            return; // these have no body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)
        }

        response.ContentType ??= Json;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, http.RequestAborted);
    }

    private static HttpAnswer? Full(JsonElement root, JsonElement statusElement)
    {
        var status = statusElement.ValueKind switch
        {
            JsonValueKind.Number when statusElement.TryGetInt32(out var number) => number,
            JsonValueKind.String when int.TryParse(statusElement.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            _ => 0,
        };
        if (status is < 200 or > 599 || !TryReadBody(root, out var body))
        {
            return null;
        }

        var answer = new HttpAnswer(status, body);
        return answer.TryReadHeaders(root) && answer.TryReadCookies(root) ? answer : null;
    }

    private static bool TryReadBody(JsonElement root, out byte[] body)
    {
        body = [];
        if (!root.TryGetProperty("body", out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        if (root.TryGetProperty("isBase64Encoded", out var encoded) && encoded.ValueKind == JsonValueKind.True)
        {
            return element.TryGetBytesFromBase64(out body!);
        }

        body = Encoding.UTF8.GetBytes(element.GetString()!);
        return true;
    }

    private bool TryReadHeaders(JsonElement root)
    {
        if (!root.TryGetProperty("headers", out var headers) || headers.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (headers.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var header in headers.EnumerateObject())
        {
            var value = header.Value.ValueKind switch
            {
                JsonValueKind.String => header.Value.GetString()!,
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => header.Value.GetRawText(),
                _ => null,
            };
            if (value is null || !IsName(header.Name) || !IsValue(value))
            {
                return false;
            }

            if (!s_ofConnection.Contains(header.Name) && !s_ofOrigin.Contains(header.Name))
            {
                _headers.Add(new(header.Name, value));
            }
        }

        return true;
    }

    private bool TryReadCookies(JsonElement root)
    {
        if (!root.TryGetProperty("cookies", out var cookies) || cookies.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (cookies.ValueKind != JsonValueKind.Array || !cookies.EnumerateArray().All(cookie => cookie.ValueKind == JsonValueKind.String && IsValue(cookie.GetString()!)))
        {
            return false;
        }

        _cookies.AddRange(cookies.EnumerateArray().Select(cookie => cookie.GetString()!));
        return true;
    }

    /// <summary>A token (RFC 9110, section 5.6.2).</summary>
    private static bool IsName(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    /// <summary>Nothing that would end the header, or that no header can hold.</summary>
    private static bool IsValue(string text) => text.All(c => c is '\t' or (>= ' ' and <= '~'));
}
