using System.Globalization;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Sources.Urls;

/// <summary>Which pages of other sites may ask a function, and what they get to see, as AWS Lambda has it for function URLs.</summary>
internal sealed record Cors
{
    public const int MostMaxAgeSeconds = 86_400;

    /// <summary>Such as <c>https://example.com</c>; <c>*</c> for all.</summary>
    public IReadOnlyList<string> AllowOrigins { get; init; } = [];

    public IReadOnlyList<string> AllowMethods { get; init; } = ["*"];

    public IReadOnlyList<string> AllowHeaders { get; init; } = [];

    public IReadOnlyList<string> ExposeHeaders { get; init; } = [];

    public bool AllowCredentials { get; init; }

    public int MaxAgeSeconds { get; init; }

    public static Cors Read(YamlFields fields)
    {
        fields.RefuseOthers("allow-origins", "allow-methods", "allow-headers", "expose-headers", "allow-credentials", "max-age");
        var origins = fields.Texts("allow-origins", "write a list: [ \"https://example.com\" ]");
        if (!origins.All(IsOrigin))
        {
            fields.Fault("allow-origins", "holds what is no origin; write scheme, host and port alone: https://example.com, or * for all");
        }

        var withCredentials = fields.Flag("allow-credentials", false);
        if (withCredentials && origins.Contains("*"))
        {
            fields.Fault("allow-credentials", "with * would let every page act as who is logged in; name the origins");
        }

        var methods = fields.Texts("allow-methods", "write a list: [ GET, POST ]");
        return new Cors
        {
            AllowOrigins = origins,
            AllowMethods = methods.Count == 0 ? ["*"] : methods,
            AllowHeaders = fields.Texts("allow-headers", "write a list: [ content-type ]"),
            ExposeHeaders = fields.Texts("expose-headers", "write a list: [ x-next ]"),
            AllowCredentials = withCredentials,
            MaxAgeSeconds = fields.Seconds("max-age", 0, 0, MostMaxAgeSeconds),
        };
    }

    /// <summary>Whether <paramref name="text"/> is an origin as a browser writes it, or <c>*</c>.</summary>
    public static bool IsOrigin(string text) =>
        text == "*" || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && text == uri.GetLeftPart(UriPartial.Authority));

    public bool Allows(string origin) => AllowOrigins.Contains("*") || AllowOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>What a page is told with every answer; it takes the place of what the function says of it.</summary>
    public void Write(HttpResponse response, string origin)
    {
        var headers = response.Headers;
        headers.AccessControlAllowOrigin = AllowOrigins.Contains("*") ? "*" : origin;
        headers.Append("Vary", "Origin");
        if (AllowCredentials)
        {
            headers.AccessControlAllowCredentials = "true";
        }

        if (ExposeHeaders.Count > 0)
        {
            headers.AccessControlExposeHeaders = string.Join(',', ExposeHeaders);
        }
    }

    /// <summary>Answers the question of a browser whether it may ask, without the function.</summary>
    public void WritePreflight(HttpResponse response, string origin)
    {
        Write(response, origin);
        response.Headers.AccessControlAllowMethods = string.Join(',', AllowMethods);
        if (AllowHeaders.Count > 0)
        {
            response.Headers.AccessControlAllowHeaders = string.Join(',', AllowHeaders);
        }

        if (MaxAgeSeconds > 0)
        {
            response.Headers.AccessControlMaxAge = MaxAgeSeconds.ToString(CultureInfo.InvariantCulture);
        }
    }
}
