using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.Hardware.Reporting;

/// <summary>All points, by thing. Points are added before <see cref="StartAsync"/>; from then on the set stays as it is.</summary>
internal sealed class PointReporter(IMqttBroker broker, TimeProvider clock, HardwareMetrics metrics, ILogger<PointReporter> logger) : IAsyncDisposable
{
    /// <summary>For whom the room publishes, see <see cref="MqttMessage.OnBehalfOf"/>.</summary>
    public const string Publisher = "hardware";

    private readonly Dictionary<string, ThingReporter> _things = new(StringComparer.Ordinal);
    private readonly List<Point> _points = [];

    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyList<Point> Points => _points;

    /// <param name="source">The line or sensor, for people: <c>gpiochip0 line 17</c>.</param>
    /// <param name="output">Null for what is only measured.</param>
    /// <exception cref="ArgumentException">The thing has such a property already; the validator has said so before.</exception>
    public Point Add(string thing, string property, string source, PointRule rule, IPointOutput? output = null)
    {
        if (!_things.TryGetValue(thing, out var reporter))
        {
            _things.Add(thing, reporter = new ThingReporter(thing, broker, clock, metrics, logger));
        }

        var point = reporter.Add(property, source, rule, output);
        _points.Add(point);
        return point;
    }

    /// <summary>When this returns, outputs know what is desired of them, as far as it could be learned.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(_things.Values.Select(thing => thing.StartAsync(cancellationToken)));

    /// <summary>Tells what is not told yet, as long as the token lets it.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_things.Values.Select(thing => thing.StopAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (var thing in _things.Values)
        {
            await thing.DisposeAsync();
        }
    }
}
