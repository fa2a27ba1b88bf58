using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Roost.Identity;

namespace Roost.Gateway.Http.Access;

/// <summary>
/// All requests under way by those who have shown who they are. A credential that ends takes its requests with it, long ones too: listeners to events, a
/// long download. Rights that change are compiled anew for them. MQTT over WebSocket is the broker's to end.
/// </summary>
internal sealed class LiveRequests
{
    private readonly ConcurrentDictionary<LiveRequest, IPAddress?> _requests = [];
    private readonly RightsCache _rights;
    private readonly IGatewayTls _clock;
    private readonly TimeProvider _time;
    private readonly IdentityChanges _changes;

    public LiveRequests(RightsCache rights, IdentityChanges changes, IGatewayTls clock, TimeProvider time)
    {
        (_rights, _changes, _clock, _time) = (rights, changes, clock, time);
        changes.Subscribe(OnChanged);
    }

    /// <summary>How many credentials have ended. Read before a credential is judged: one that ends in between has not seen its request.</summary>
    public long Endings => _changes.Endings;

    /// <summary>Runs the rest of a request that may be ended from outside.</summary>
    public async Task RunAsync(HttpContext context, HttpCaller caller, IReadOnlyList<RouteRight> needs, RequestDelegate next)
    {
        var request = new LiveRequest(context, caller, needs);
        _requests[request] = context.Connection.RemoteIpAddress;
        using var end = EndOf(request);
        try
        {
            if (caller.EndingsBefore != Endings)
            {
                // Perhaps it was this one: it is judged anew when the client asks again.
                await context.RefuseAsAwsAsync(StatusCodes.Status503ServiceUnavailable, "ServiceUnavailableException", "Credentials change at this moment; try again.");
                return;
            }

            // Rights that changed since they were asked have not seen this request.
            caller.Rights = _rights.Of(request.Principal, context.Connection.RemoteIpAddress);
            if (request.MayGoOn())
            {
                await next(context);
            }
            else
            {
                await context.RefuseDeniedAsync(needs[0]);
            }
        }
        finally
        {
            _requests.TryRemove(request, out _);
        }
    }

    private ITimer? EndOf(LiveRequest request)
    {
        if (request.Principal.ExpiresAt is not { } end)
        {
            return null;
        }

        var left = end - _clock.TrustedNow; // what tokens and certificates are judged by when they come
        return _time.CreateTimer(static state => ((LiveRequest)state!).End(), request, left > TimeSpan.Zero ? Shorter(left) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Timers take 49 days at most; no request is that old.</summary>
    private static TimeSpan Shorter(TimeSpan left) => left < TimeSpan.FromDays(40) ? left : TimeSpan.FromDays(40);

    private Task OnChanged(IdentityChange change)
    {
        if (change.Kind == IdentityChangeKind.RightsChanged)
        {
            _rights.Forget();
        }

        foreach (var (request, source) in _requests)
        {
            if (change.Kind == IdentityChangeKind.CredentialEnded && request.Concerns(change.Subject))
            {
                request.End();
            }
            else if (change.Kind == IdentityChangeKind.RightsChanged)
            {
                request.Caller.Rights = _rights.Of(request.Principal, source);
                if (!request.MayGoOn())
                {
                    request.End();
                }
            }
        }

        return Task.CompletedTask;
    }
}
