using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Roost.LocalLambda.Http;

namespace Roost.LocalLambda;

public static class FunctionEndpointRouteBuilderExtensions
{
    /// <summary>Maps AWS Lambda's invoke, list and get calls (<c>/2015-03-31/functions</c>) and Roost's own view of functions (<c>/api/v1/functions</c>).</summary>
    public static IEndpointRouteBuilder MapFunctions(this IEndpointRouteBuilder endpoints)
    {
        var host = endpoints.ServiceProvider.GetRequiredService<FunctionHost>();
        var invoke = new InvokeEndpoint(host, host.Clock);
        endpoints.MapPost("/2015-03-31/functions/{function}/invocations", invoke.HandleAsync);
        var lambda = new LambdaQueryEndpoints(host);
        endpoints.MapGet("/2015-03-31/functions", lambda.ListAsync);
        endpoints.MapGet("/2015-03-31/functions/{function}", lambda.GetAsync);
        endpoints.MapGet("/2015-03-31/functions/{function}/configuration", lambda.GetConfigurationAsync);
        var own = new FunctionEndpoints(host, endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>());
        endpoints.MapGet("/api/v1/functions", own.ListAsync);
        endpoints.MapGet("/api/v1/functions/{function}", own.GetAsync);
        endpoints.MapGet("/api/v1/functions/{function}/logs", own.LogsAsync);
        endpoints.MapGet("/api/v1/functions/{function}/dead-letters", own.DeadLettersAsync);
        return endpoints;
    }
}
