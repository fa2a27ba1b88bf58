using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// Refuses a request that could end in two places, and a path that could mean one thing to who authorizes and another to who answers: steps up and down, empty segments, backslashes, zero bytes,
/// also where they are escaped. Below paths that end in a name with slashes of its own, the name alone may hold what a topic may.
/// </summary>
internal static class RequestGate
{
    private const string Functions = "/fn/";
    private const int MaxLength = 8 * 1024; // the server takes request lines of that length

    /// <summary>What follows is a name that the handler reads from the raw path.</summary>
    private static readonly string[] _named = ["/topics/", "/retainedMessage/", "/connections/", "/api/v1/retained/", "/api/v1/clients/"];

    private static readonly SearchValues<char> _never = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static code => (char)code), '\x7f', '\\']);

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (FaultOf(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, mustBeOrigin: !IsLocal(context)) is { } fault)
        {
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", fault);
            return;
        }

        // The server lets chunks win over a length, as it may (RFC 9112, section 6.3), and keeps the length under this name. Whoever sends both wants two readers to disagree.
        if (context.Request.Headers.TransferEncoding.Count > 0 && (context.Request.ContentLength is not null || context.Request.Headers.ContainsKey("X-Content-Length")))
        {
            context.Response.Headers.Connection = "close";
            await context.RefuseAsAwsAsync(StatusCodes.Status400BadRequest, "InvalidRequestException", "The request has a Content-Length and a Transfer-Encoding; send one of them.");
            return;
        }

        await next(context);
    }

    /// <returns>Null: the path means one thing only.</returns>
    public static string? FaultOf(string rawTarget, bool mustBeOrigin)
    {
        var path = rawTarget.IndexOf('?') is var end and >= 0 ? rawTarget.AsSpan(0, end) : rawTarget;
        if (!path.StartsWith('/'))
        {
            return mustBeOrigin ? "The request has to name a path alone, without a host." : null;
        }

        if (path.Length > MaxLength)
        {
            return $"The path is longer than {MaxLength} characters.";
        }

        var text = path.ToString();
        var own = text[1..NameIn(text)];
        if (text.AsSpan().ContainsAny(_never) || Uri.UnescapeDataString(own).AsSpan().ContainsAny(_never))
        {
            return "The path holds a backslash or a control character.";
        }

        var segments = own.TrimEnd('/').Split('/');
        var isTidy = (own.Length == 0 || segments.All(static segment => segment.Length > 0)) && !own.EndsWith("//", StringComparison.Ordinal);
        return isTidy && !text.Split('/').Any(IsStep) ? null : "The path holds an empty segment, . or .. ; write it without. In a topic, write / as %2F.";
    }

    /// <summary>Where the name begins that may hold what it likes; the path's end: there is none. Behind a function's name its own paths begin.</summary>
    private static int NameIn(string path)
    {
        if (Array.Find(_named, prefix => path.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            return prefix.Length;
        }

        return path.StartsWith(Functions, StringComparison.Ordinal) && path.IndexOf('/', Functions.Length) is var end and > 0 ? end + 1 : path.Length;
    }

    /// <summary>The server resolves them, escaped or not, before the handler's own look at the raw path.</summary>
    private static bool IsStep(string segment) => Uri.UnescapeDataString(segment) is "." or "..";

    private static bool IsLocal(HttpContext context) => context.Features.Get<LocalConnection>() is not null;
}
