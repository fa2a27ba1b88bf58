using Roost.Hardware.Reporting;

namespace Roost.Hardware.Tests.Reporting;

/// <summary>Points that a test reports by hand; outputs remember what they were driven to.</summary>
internal sealed class HandSource : IPointSource
{
    private readonly List<(string Thing, string Property, PointRule Rule, IPointOutput? Output)> _declared = [];
    private PointReporter _reporter = null!;

    public HandSource Add(string thing, string property, PointRule? rule = null, IPointOutput? output = null)
    {
        _declared.Add((thing, property, rule ?? new PointRule { MinInterval = TimeSpan.Zero }, output));
        return this;
    }

    public Point this[string property] => _reporter.Points.Single(point => point.Property == property);

    public void Declare(PointReporter reporter)
    {
        _reporter = reporter;
        foreach (var (thing, property, rule, output) in _declared)
        {
            var point = reporter.Add(thing, property, $"hand {property}", rule, output);
            if (output is HandOutput hand)
            {
                hand.Point = point;
            }
        }
    }

    public Task RunAsync(CancellationToken stopping) => Task.CompletedTask;

    public void Report(string property, PointValue value) => this[property].Report(value, TimeProvider.System.GetUtcNow());
}
