using System.Diagnostics.Metrics;

namespace Roost.Gateway.Routing;

/// <summary>The gateway's own meter, <c>roost.gateway</c>. The counts live in the routes, so that a message costs no label.</summary>
internal sealed class RouteMetrics(IMeterFactory meters)
{
    private readonly Meter _meter = meters.Create("roost.gateway");

    public void Observe(IReadOnlyList<Route> routes)
    {
        _meter.CreateObservableCounter("roost.gateway.route.messages", () => routes.Select(route => Measure(route, route.Matched)), "{message}", "Messages that matched a route.");
        _meter.CreateObservableCounter("roost.gateway.route.dropped", () => routes.Select(route => Measure(route, route.Dropped)), "{message}", "Messages that a route could never take.");
    }

    private static Measurement<long> Measure(Route route, long value) =>
        new(value, new KeyValuePair<string, object?>("route", route.Number), new("from", route.From.Value), new("to", route.Target));
}
