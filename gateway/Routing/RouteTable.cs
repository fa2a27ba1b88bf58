using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Roost.Gateway.Health;
using Roost.LocalLambda;
using Roost.Mqtt;
using Roost.Streams;

namespace Roost.Gateway.Routing;

/// <summary>All routes, in force from <see cref="StartAsync"/> on. The options have been validated: what they name can be parsed.</summary>
internal sealed class RouteTable(
    IOptions<GatewayOptions> options, IMqttBroker broker, IStreamCatalog streams, IFunctionInvoker functions, TimeProvider clock, RouteMetrics metrics, ILogger<RouteTable> logger)
    : IHostedService, IHealthSource
{
    private readonly List<IAsyncDisposable> _subscriptions = [];

    public IReadOnlyList<Route> Routes { get; private set; } = [];

    /// <summary>Subscribes in the order of the configuration.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Routes = [.. options.Value.Routes.Select(Create)];
        metrics.Observe(Routes);
        foreach (var route in Routes)
        {
            _subscriptions.Add(await broker.SubscribeAsync(route.From, route, cancellationToken));
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        _subscriptions.Clear();
    }

    public RoomHealth Check() => RoomHealth.Of("routes", Routes.Select(route => route.Fault).OfType<string>());

    private Route Create(MessageRouteOptions route, int number)
    {
        var from = TopicFilter.Parse(route.From);
        return route.To switch
        {
            { Stream: { } stream } => new StreamRoute(number, from, stream, streams.OpenSink(StreamName.Parse(stream)), logger, clock),
            { Function: { } function } => new FunctionRoute(number, from, function, route.To.Answer is { } answer ? TopicTemplate.Parse(answer, from, out _) : null, functions, logger, clock),
            _ => new RepublishRoute(number, from, TopicTemplate.Parse(route.To.Republish!, from, out _)!, route.To.Republish!, broker, logger, clock),
        };
    }
}
