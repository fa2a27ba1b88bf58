using Roost.Hardware.Reporting;

namespace Roost.Hardware.Sensors;

/// <summary>A configured sensor: when it is due, and what becomes of a reading. For its device's loop only.</summary>
internal sealed class SensorPoint(SensorOptions options, ISensorFamily family, Point point, HardwareMetrics metrics)
{
    /// <summary>Readings that fail one after the other before the value is told to be unknown. One alone is a disturbance on a wire.</summary>
    public const int MostMisses = 3;

    private int _misses;
    private bool _hasValue;

    public SensorOptions Options => options;

    /// <summary>For people.</summary>
    public string Source => point.Source;

    /// <summary>By the clock's monotonic time.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>At the next multiple of its period, so that sensors of one period are read together and wake the processor once.</summary>
    public void Schedule(TimeSpan now) => Due = new TimeSpan(((now.Ticks / options.Every.Ticks) + 1) * options.Every.Ticks);

    /// <summary>May block, and is called by one thread at a time.</summary>
    public SensorReading Read()
    {
        var reading = family.Read(options.Device, options.Channel);
        return reading.Fault is null && reading.Value.Kind == PointKind.Number ? SensorReading.Of((reading.Value.AsNumber * options.Scale) + options.Offset) : reading;
    }

    public void Take(SensorReading reading, DateTimeOffset at)
    {
        if (reading.Fault is { } fault)
        {
            Miss(fault, at);
            return;
        }

        (_misses, _hasValue) = (0, true);
        point.Fault = null;
        point.Report(reading.Value, at);
    }

    /// <summary>There is no value this time.</summary>
    public void Miss(string fault, DateTimeOffset at)
    {
        metrics.Missed();
        _misses = Math.Min(_misses + 1, MostMisses);
        if (_misses == MostMisses || !_hasValue)
        {
            point.Fault = fault; // a sensor that was never there is told at once
        }

        if (_misses == MostMisses)
        {
            _hasValue = false;
            point.Report(PointValue.None, at);
        }
    }

    /// <summary>It is not read any more.</summary>
    public void End(string fault, DateTimeOffset at)
    {
        point.Fault = fault;
        point.Report(PointValue.None, at);
    }
}
