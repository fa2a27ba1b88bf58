using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Inside;

/// <summary>What every request of a function passes: admission, its grants, its budget; then the gateway's own endpoints answer.</summary>
internal sealed partial class InsideApplication(IFunctionGateway gateway, IServiceScopeFactory scopes, Metrics metrics, TimeProvider clock, ILogger logger) : IHttpApplication<HttpContext>
{
    /// <summary>The largest that any of the endpoints takes: an event of 6 MiB.</summary>
    public const long MaxBodyBytes = FunctionHost.MaxPayloadBytes;

    /// <summary>Comes with the head of the request, more or less, and is read past.</summary>
    private const long SmallBodyBytes = 64 * 1024;

    private static readonly TimeSpan _quiet = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, long> _warned = new(StringComparer.Ordinal);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures) { ServiceScopeFactory = scopes };

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // The scope of a request's services ends with its response.
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var access = context.Features.GetRequiredFeature<InsideAccess>();
        if (Check(context, access) is { } refusal)
        {
            await RefuseAsync(context, access, refusal);
            return;
        }

        var bytes = BodyBytes(context.Request);
        if (access.Budget.TryEnter(bytes) is { } excess)
        {
            await RefuseAsync(context, access, Refusal.Throttled($"Function {access.Function} asks for too much: {excess}."));
            return;
        }

        try
        {
            metrics.EndpointAsked(access.Function, "passed");
            context.Features.Set(new FunctionCaller(access.Function, FunctionTrace.Add(access.Routes, access.Function), access.Rights.Retained));
            await gateway.HandleAsync(context);
        }
        finally
        {
            access.Budget.Leave(bytes);
        }
    }

    private static Refusal? Check(HttpContext context, InsideAccess access) => access.IsAdmitted(context)
        ? access.Gate.Check(context)
        : new Refusal(StatusCodes.Status403Forbidden, "UnrecognizedClientException", "The request does not carry the worker's AWS_SESSION_TOKEN (X-Amz-Security-Token), which is asked for where a function shares the machine's network.");

    /// <summary>What the body may come to: one that does not say counts as the largest.</summary>
    private static long BodyBytes(HttpRequest request) => request.ContentLength ?? (request.Headers.TransferEncoding.Count > 0 ? MaxBodyBytes : 0);

    private async Task RefuseAsync(HttpContext context, InsideAccess access, Refusal refusal)
    {
        metrics.EndpointAsked(access.Function, refusal.Status == StatusCodes.Status429TooManyRequests ? "throttled" : "refused");
        Warn(access.Function, refusal);
        if (BodyBytes(context.Request) > SmallBodyBytes)
        {
            context.Response.Headers.Connection = "close"; // reading all that is refused would be work for nothing
        }

        await refusal.WriteAsync(context);
    }

    /// <summary>Once a minute and function: the function hears of each.</summary>
    private void Warn(string function, Refusal refusal)
    {
        var now = clock.GetTimestamp();
        if (!_warned.TryGetValue(function, out var last) ? _warned.TryAdd(function, now) : clock.GetElapsedTime(last, now) > _quiet && _warned.TryUpdate(function, now, last))
        {
            LogRefused(refusal.Message);
        }
    }

    [LoggerMessage(3251, LogLevel.Warning, "A request from inside was refused: {Reason} More are reported once a minute for each function")]
    private partial void LogRefused(string reason);
}
