using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda;

namespace Roost.Gateway.Metrics;

/// <summary><c>GET /metrics</c>.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints, MetricsCollector collector, IFunctionInvoker functions) =>
        endpoints.MapGet("/metrics", async context =>
        {
            collector.KeepOnly("roost.functions", "function", functions.Functions.Select(function => function.Name).ToHashSet(StringComparer.Ordinal));
            var text = new StringBuilder(PrometheusText.Render(collector.Collect()));
            ProcessMetrics.Append(text);
            context.Response.ContentType = PrometheusText.ContentType;
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
        });
}
