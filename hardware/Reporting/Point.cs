using Microsoft.Extensions.Logging;

namespace Roost.Hardware.Reporting;

/// <summary>One property of one thing, and how much of what it is has been told. Any thread may report.</summary>
internal sealed class Point
{
    private readonly ThingReporter _thing;
    private readonly ILogger _logger;
    private readonly HardwareMetrics _metrics;
    private string? _fault;

    internal Point(ThingReporter thing, string property, string source, PointRule rule, IPointOutput? output, ILogger logger, HardwareMetrics metrics)
    {
        _thing = thing;
        _logger = logger;
        _metrics = metrics;
        Property = property;
        Source = source;
        Output = output;
        Telling = new Telling(rule);
    }

    public string Thing => _thing.Name;

    public string Property { get; }

    /// <summary>The line or sensor, for people.</summary>
    public string Source { get; }

    public IPointOutput? Output { get; }

    /// <summary>
    /// What is wrong with the line or sensor and what to do about it; null while all is well. It is logged when it changes, and stands in status, doctor
    /// and the list of points.
    /// </summary>
    public string? Fault
    {
        get => Volatile.Read(ref _fault);
        set
        {
            var before = Interlocked.Exchange(ref _fault, value);
            if (before == value)
            {
                return;
            }

            if (value is null)
            {
                _logger.PointIsWell(Thing, Property, Source);
            }
            else
            {
                _metrics.Faulted();
                _logger.PointFaulted(Thing, Property, Source, value);
            }

            if (Output is not null)
            {
                _thing.Reconsider();
            }
        }
    }

    /// <summary>Guarded by the thing's lock.</summary>
    internal Telling Telling { get; }

    /// <summary>Never blocks. A value that comes before the last one was told takes its place.</summary>
    /// <param name="value"><see cref="PointValue.None"/> for a sensor that does not answer.</param>
    /// <param name="at">When it was measured, by the wall clock.</param>
    public void Report(PointValue value, DateTimeOffset at) => _thing.Report(this, value, at);

    public PointDescription Describe()
    {
        var (value, at) = _thing.Read(this);
        return new PointDescription(Thing, Property, Source, Output is not null, value, at, Fault);
    }
}
