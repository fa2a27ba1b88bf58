using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Sources.Urls;

/// <summary>A request as a function sees it: payload format 2.0.</summary>
internal static class HttpRequestEvent
{
    private const string DefaultRoute = "$default";

    /// <param name="rawPath">As it was asked, what stands before the function's own path left out.</param>
    public static byte[] Write(HttpContext http, string function, string rawPath, ReadOnlySpan<byte> body, string requestId, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "2.0");
            writer.WriteString("routeKey", DefaultRoute);
            writer.WriteString("rawPath", rawPath);
            writer.WriteString("rawQueryString", http.Request.QueryString.Value is { Length: > 1 } query ? query[1..] : "");
            WriteCookies(writer, http.Request);
            WriteHeaders(writer, http.Request);
            WriteQuery(writer, http.Request);
            WriteContext(writer, http, function, rawPath, requestId, now);
            WriteBody(writer, http.Request, body);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteCookies(Utf8JsonWriter writer, HttpRequest request)
    {
        var cookies = request.Headers.Cookie.SelectMany(header => (header ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (cookies.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("cookies");
        cookies.ForEach(writer.WriteStringValue);
        writer.WriteEndArray();
    }

    private static void WriteHeaders(Utf8JsonWriter writer, HttpRequest request)
    {
        writer.WriteStartObject("headers");
        foreach (var (name, values) in request.Headers.Where(header => !header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)))
        {
            writer.WriteString(name.ToLowerInvariant(), string.Join(',', values.ToArray()));
        }

        writer.WriteEndObject();
    }

    private static void WriteQuery(Utf8JsonWriter writer, HttpRequest request)
    {
        if (request.Query.Count == 0)
        {
            return;
        }

        writer.WriteStartObject("queryStringParameters");
        foreach (var (name, values) in request.Query)
        {
            writer.WriteString(name, string.Join(',', values.ToArray()));
        }

        writer.WriteEndObject();
    }

    private static void WriteContext(Utf8JsonWriter writer, HttpContext http, string function, string rawPath, string requestId, DateTimeOffset now)
    {
        writer.WriteStartObject("requestContext");
        writer.WriteString("accountId", "anonymous");
        writer.WriteString("apiId", function);
        writer.WriteString("domainName", http.Request.Host.Host);
        writer.WriteString("domainPrefix", http.Request.Host.Host.Split('.')[0]);
        writer.WriteStartObject("http");
        writer.WriteString("method", http.Request.Method);
        writer.WriteString("path", rawPath);
        writer.WriteString("protocol", http.Request.Protocol);
        writer.WriteString("sourceIp", (http.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : http.Connection.RemoteIpAddress)?.ToString() ?? "127.0.0.1"); // a unix socket has none
        writer.WriteString("userAgent", http.Request.Headers.UserAgent.ToString());
        writer.WriteEndObject();
        writer.WriteString("requestId", requestId);
        writer.WriteString("routeKey", DefaultRoute);
        writer.WriteString("stage", DefaultRoute);
        writer.WriteString("time", now.UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss +0000", CultureInfo.InvariantCulture));
        writer.WriteNumber("timeEpoch", now.ToUnixTimeMilliseconds());
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, HttpRequest request, ReadOnlySpan<byte> body)
    {
        var isText = body.IsEmpty || (IsText(request.ContentType) && System.Text.Unicode.Utf8.IsValid(body));
        if (!body.IsEmpty)
        {
            writer.WriteString("body", isText ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body));
        }

        writer.WriteBoolean("isBase64Encoded", !isText);
    }

    /// <summary>Media types that are text; a body of any other comes in base64.</summary>
    private static bool IsText(string? contentType)
    {
        var type = (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        return type.StartsWith("text/", StringComparison.Ordinal) || type.EndsWith("+json", StringComparison.Ordinal) || type.EndsWith("+xml", StringComparison.Ordinal)
            || type is "application/json" or "application/xml" or "application/javascript" or "application/x-www-form-urlencoded";
    }
}
