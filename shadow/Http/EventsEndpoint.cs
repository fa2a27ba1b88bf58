using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Http;

/// <summary>Changes of shadows as server-sent events, until the client leaves. See docs/shadows.md for the events.</summary>
internal static class EventsEndpoint
{
    private const int MaxPatternLength = ShadowId.MaxThingLength;
    private const string RetrySeconds = "10";

    /// <summary>Shorter than the idle limit of common proxies.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary><c>GET /api/v1/things/{thing}/shadow/events</c>: all shadows of a thing; <c>?name=</c> one of them, empty for the classic one.</summary>
    public static Task OfThingAsync(HttpContext context, string thing, ShadowService shadows, IHostApplicationLifetime lifetime)
    {
        var name = NameIn(context.Request);
        return (ShadowId.FaultOfThing(thing) ?? FaultOfName(name)) is { } fault
            ? RefuseAsync(context, StatusCodes.Status400BadRequest, fault)
            : SendAsync(context, new ShadowScope(thing, name), shadows, lifetime.ApplicationStopping);
    }

    /// <summary><c>GET /api/v1/shadows/events?things=vac-*</c>: those of all things whose names fit; without <c>things</c>, of all.</summary>
    public static Task OfFleetAsync(HttpContext context, ShadowService shadows, IHostApplicationLifetime lifetime)
    {
        var pattern = context.Request.Query.TryGetValue("things", out var given) ? given.ToString() : "*";
        var name = NameIn(context.Request);
        var fault = pattern.Length is 0 or > MaxPatternLength || ShadowId.FaultOfThing(pattern.Replace('*', 'x')) is not null
            ? $"things must be a thing's name in which * stands for any characters, at most {MaxPatternLength} long"
            : FaultOfName(name);
        return fault is not null
            ? RefuseAsync(context, StatusCodes.Status400BadRequest, fault)
            : SendAsync(context, new ShadowScope(pattern, name), shadows, lifetime.ApplicationStopping);
    }

    private static async Task SendAsync(HttpContext context, ShadowScope scope, ShadowService shadows, CancellationToken stopping)
    {
        if (shadows.Watch.TryWatch(scope, HttpPeer.Of(context)) is not { } watcher)
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, ShadowError.TooManyWatchers.Message);
            return;
        }

        using var feed = shadows.Follow(watcher, LastSeen(context.Request));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping); // a draining daemon does not wait for its readers
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy before us would hold events back
        try
        {
            while (true)
            {
                await context.Response.Body.WriteAsync(EventText.Of(await feed.NextAsync(Heartbeat, ended.Token)), ended.Token);
                await context.Response.Body.FlushAsync(ended.Token); // waits for a client that reads slowly
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The client has left, or the daemon stops: the ordinary ends.
        }
    }

    // A browser sends the header when it connects again by itself; a page that opens anew can only give it as a part of the address.
    private static EventPosition? LastSeen(HttpRequest request)
    {
        var header = request.Headers["Last-Event-ID"].ToString();
        return EventPosition.Parse(header.Length > 0 ? header : request.Query["lastEventId"].ToString());
    }

    private static string? NameIn(HttpRequest request) => request.Query.TryGetValue("name", out var name) ? name.ToString() : null;

    private static string? FaultOfName(string? name) => string.IsNullOrEmpty(name) ? null : ShadowId.FaultOfName(name);

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { message }, ListingJson.Options, context.RequestAborted);
    }
}
