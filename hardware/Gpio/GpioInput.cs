using Roost.Hardware.Gpio.Edges;
using Roost.Hardware.Reporting;
using Roost.Mqtt;

namespace Roost.Hardware.Gpio;

/// <summary>A line that is watched: its level goes to the shadow, its edges to their topic.</summary>
internal sealed class GpioInput(GpioLineOptions options, TimeProvider clock, Action missed, EdgeQueue queue, HardwareMetrics metrics) : ConfiguredLine(options, clock, missed), ILineWatcher
{
    private readonly TopicName? _topic = options.Topic is { } topic ? TopicName.Parse(topic) : null;
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
        Point.Report(PointValue.Of(edge.IsActive), at);
        if (_topic is { } topic && Options.Edges != (edge.IsActive ? EdgeKind.Falling : EdgeKind.Rising))
        {
            queue.Add(new EdgeMessage(topic, Point.Thing, Point.Property, edge, at, lost));
        }
    }

    public void OnLost(GpioException reason) => Miss(reason);

    protected override LineRequest Request(int offset)
    {
        _last = 0;
        return new LineRequest(offset, LineDirection.In, Options.Active, Options.Pull, LineDrive.PushPull, Options.Debounce, Initial: false, this);
    }

    /// <summary>An edge that comes between the taking and the reading is told afterwards, so that the last word is right.</summary>
    protected override void Begin(IGpioLine line) => Point.Report(PointValue.Of(line.Read()), Clock.GetUtcNow());
}
