using System.Text;

namespace Roost.DeviceSim.Statistics;

/// <summary>The counts of one interval, as one line of text.</summary>
internal sealed record FleetInterval
{
    public int Connected { get; init; }

    public long Telemetry { get; init; }

    public long Bumps { get; init; }

    public long ShadowUpdates { get; init; }

    public long Orders { get; init; }

    public long UnknownOrders { get; init; }

    public long Lost { get; init; }

    /// <summary>Why the latest attempt to connect failed; null after a good one.</summary>
    public string? Fault { get; init; }

    /// <summary>From the hand-over to the acknowledgement of messages at QoS 1.</summary>
    public IReadOnlyList<double> AcknowledgedMilliseconds { get; init; } = [];

    /// <param name="elapsed">Length of the interval.</param>
    public string ToLine(TimeSpan sinceStart, TimeSpan elapsed, int robots)
    {
        var messages = (Telemetry + Bumps + ShadowUpdates) / Math.Max(elapsed.TotalSeconds, 0.001);
        var line = new StringBuilder($"{sinceStart.TotalSeconds:0} s: {Connected} of {robots} connected, {messages:0.#} messages/s, {Bumps} bumps, {ShadowUpdates} shadow updates, {Orders} orders");
        if (UnknownOrders > 0)
        {
            line.Append($", {UnknownOrders} orders not understood");
        }

        if (Lost > 0)
        {
            line.Append($", {Lost} not sent");
        }

        if (AcknowledgedMilliseconds.Count > 0)
        {
            var sorted = AcknowledgedMilliseconds.Order().ToList();
            line.Append($"; acknowledged in {Percentile(sorted, 0.5):0.0} ms (p50), {Percentile(sorted, 0.99):0.0} ms (p99)");
        }

        if (Fault is not null && Connected < robots)
        {
            line.Append($"; still trying: {Fault}");
        }

        return line.ToString();
    }

    private static double Percentile(List<double> sorted, double share) => sorted[Math.Min((int)(sorted.Count * share), sorted.Count - 1)];
}
