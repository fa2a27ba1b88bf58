using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.Gateway.Metrics;

/// <summary><c>GET /metrics</c>.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder endpoints, MetricsCollector collector) =>
        endpoints.MapGet("/metrics", async context =>
        {
            var text = new StringBuilder(PrometheusText.Render(collector.Collect()));
            ProcessMetrics.Append(text);
            context.Response.ContentType = PrometheusText.ContentType;
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
        });
}
