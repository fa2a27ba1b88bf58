using Roost.Hardware.Gpio.Edges;
using Roost.Hardware.Reporting;
using Roost.Mqtt;

namespace Roost.Hardware.Gpio;

/// <summary>A line that is watched: its level goes to the shadow, its edges to their topic.</summary>
internal sealed class GpioInput(GpioLineOptions options, TimeProvider clock, Action missed, EdgeQueue queue, HardwareMetrics metrics) : ConfiguredLine(options, clock, missed), ILineWatcher
{
    private readonly TopicName? _topic = options.Topic is { } topic ? TopicName.Parse(topic) : null;
    private readonly Lock _first = new(); // an edge, or the level that the line was taken with
    private bool _hasEdge; // within that lock, since the line was taken
    private uint _last; // of the one thread that tells edges; set to 0 before there are any

    public void OnEdge(in LineEdge edge)
    {
        var lost = unchecked(edge.Sequence - _last - 1);
        _last = edge.Sequence;
        metrics.Edge();
        if (lost > 0)
        {
            metrics.EdgesLost(lost);
        }

        var at = EdgeTime.WallClock(Clock, edge.Timestamp);
        lock (_first)
        {
            _hasEdge = true;
            Point.Report(PointValue.Of(edge.IsActive), at);
        }

        if (_topic is { } topic && Options.Edges != (edge.IsActive ? EdgeKind.Falling : EdgeKind.Rising))
        {
            queue.Add(new EdgeMessage(topic, Point.Thing, Point.Property, edge, at, lost));
        }
    }

    public void OnLost(GpioException reason) => Miss(reason);

    protected override LineRequest Request(int offset)
    {
        _last = 0;
        lock (_first)
        {
            _hasEdge = false;
        }

        return new LineRequest(offset, LineDirection.In, Options.Active, Options.Pull, LineDrive.PushPull, Options.Debounce, Initial: false, this);
    }

    /// <summary>An edge that has come meanwhile knows better: the level that was read may be the one before it.</summary>
    protected override void Begin(IGpioLine line)
    {
        var level = line.Read();
        lock (_first)
        {
            if (!_hasEdge)
            {
                Point.Report(PointValue.Of(level), Clock.GetUtcNow());
            }
        }
    }
}
