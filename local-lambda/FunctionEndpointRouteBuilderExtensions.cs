using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.LocalLambda.Http;
using Roost.LocalLambda.Http.ControlPlane;
using Roost.LocalLambda.Http.Rollouts;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda;

public static class FunctionEndpointRouteBuilderExtensions
{
    /// <summary>Maps AWS Lambda's API (<c>/2015-03-31/functions</c> and its neighbours) Roost's own view of functions (<c>/api/v1/functions</c>), and function URLs (<c>/fn</c>).</summary>
    public static IEndpointRouteBuilder MapFunctions(this IEndpointRouteBuilder endpoints)
    {
        var host = endpoints.ServiceProvider.GetRequiredService<FunctionHost>();
        endpoints.MapInvoke();
        endpoints.MapControlPlane(host);
        var own = new FunctionEndpoints(host, new LogsEndpoint(host.Logs, endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>()));
        endpoints.MapGet("/api/v1/functions", own.ListAsync);
        endpoints.MapGet("/api/v1/function-logs", own.AllLogsAsync);
        endpoints.MapGet("/api/v1/functions/{function}", own.GetAsync);
        endpoints.MapGet("/api/v1/functions/{function}/logs", own.LogsAsync);
        endpoints.MapPost("/api/v1/functions/{function}/deployments", new DeploymentEndpoint(host).HandleAsync);
        var rollouts = new RolloutEndpoints(host);
        endpoints.MapGet("/api/v1/functions/{function}/rollout", rollouts.GetAsync);
        endpoints.MapPost("/api/v1/functions/{function}/rollout/promote", rollouts.PromoteAsync);
        endpoints.MapPost("/api/v1/functions/{function}/rollout/rollback", rollouts.RollBackAsync);
        var letters = new DeadLetterEndpoints(host);
        endpoints.MapGet("/api/v1/functions/{function}/dead-letters", letters.ListAsync);
        endpoints.MapDelete("/api/v1/functions/{function}/dead-letters", letters.DeleteAllAsync);
        endpoints.MapPost("/api/v1/functions/{function}/dead-letters/replay", letters.ReplayAllAsync);
        endpoints.MapGet("/api/v1/functions/{function}/dead-letters/{letter}", letters.GetAsync);
        endpoints.MapDelete("/api/v1/functions/{function}/dead-letters/{letter}", letters.DeleteAsync);
        endpoints.MapPost("/api/v1/functions/{function}/dead-letters/{letter}/replay", letters.ReplayAsync);
        var urls = new FunctionUrlEndpoint(host, host.Clock);
        endpoints.Map("/fn/{function}/{**path}", urls.HandleAsync);
        return endpoints;
    }

    /// <summary>Maps AWS Lambda's invoke call alone.</summary>
    public static IEndpointRouteBuilder MapInvoke(this IEndpointRouteBuilder endpoints)
    {
        var host = endpoints.ServiceProvider.GetRequiredService<FunctionHost>();
        var invoke = new InvokeEndpoint(host, host.Clock);
        endpoints.MapPost("/2015-03-31/functions/{function}/invocations", invoke.HandleAsync);
        return endpoints;
    }
}
