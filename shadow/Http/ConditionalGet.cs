using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using Roost.Shadow.Watching;

namespace Roost.Shadow.Http;

/// <summary>
/// A GET that may say what the client has (<c>If-None-Match</c>) and how long it likes to wait for something else (<c>Prefer: wait=30</c>):
/// 304 where nothing else has come. Who has nothing, and finds nothing, waits for the shadow to be made, and is answered 404 at the end.
/// </summary>
internal static class ConditionalGet
{
    private const string RetrySeconds = "10";

    public static async Task AnswerAsync(HttpContext context, ShadowId id, ShadowService shadows)
    {
        if (!EntityTags.TryRead(context.Request, HeaderNames.IfNoneMatch, out var known))
        {
            await AwsAnswer.WriteErrorAsync(context, EntityTags.Unreadable(HeaderNames.IfNoneMatch));
            return;
        }

        var answer = await shadows.GetAsync(id);
        var wait = PreferredWait.Of(context.Request);
        if (wait > TimeSpan.Zero)
        {
            context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={(int)wait.TotalSeconds}");
            if (IsNothingNew(answer, known))
            {
                using var watcher = shadows.Watch.TryWatch(new ShadowScope(id.Thing, id.Name), HttpPeer.Of(context));
                if (watcher is null)
                {
                    context.Response.Headers.RetryAfter = RetrySeconds;
                    await AwsAnswer.WriteErrorAsync(context, ShadowError.TooManyWatchers);
                    return;
                }

                answer = await WaitAsync(context, shadows, id, watcher, known, wait);
            }
        }

        if (answer.Revision is { } revision && IsNothingNew(answer, known))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            context.Response.Headers.ETag = EntityTags.Of(revision);
            return;
        }

        await AwsAnswer.WriteAsync(context, answer);
    }

    /// <returns>The first answer that is new, or the last one when the time is over or the daemon stops.</returns>
    private static async Task<ShadowAnswer> WaitAsync(
        HttpContext context, ShadowService shadows, ShadowId id, ShadowWatcher watcher, EntityTags? known, TimeSpan wait)
    {
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var began = clock.GetTimestamp();
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        while (true)
        {
            watcher.Take(out _); // before the look: what comes from here on ends the next wait
            var answer = await shadows.GetAsync(id);
            var left = wait - clock.GetElapsedTime(began);
            if (!IsNothingNew(answer, known) || left <= TimeSpan.Zero)
            {
                return answer;
            }

            try
            {
                if (!await watcher.WaitAsync(left, clock, ended.Token))
                {
                    return answer;
                }
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                return answer;
            }
        }
    }

    private static bool IsNothingNew(ShadowAnswer answer, EntityTags? known) =>
        answer.Revision is { } revision ? known?.Match(revision) == true : answer.Error?.Code == StatusCodes.Status404NotFound && known is null;
}
