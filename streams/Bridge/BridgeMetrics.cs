using System.Diagnostics.Metrics;

namespace Roost.Streams.Bridge;

/// <summary>Instruments of the meter <c>roost.bridge</c>; all are looked up when the metrics are collected.</summary>
internal sealed class BridgeMetrics(IMeterFactory meters)
{
    private const string Out = "out";
    private const string In = "in";

    private readonly Meter _meter = meters.Create("roost.bridge");

    public void Observe(Func<IReadOnlyList<BridgeStatus>> list)
    {
        _meter.CreateObservableCounter("roost.bridge.messages", () => list().SelectMany(one => Ways(one, one.MessagesOut, one.MessagesIn)), "{message}", "Messages that the other side has taken.");
        _meter.CreateObservableCounter("roost.bridge.size", () => list().SelectMany(one => Ways(one, one.BytesOut, one.BytesIn)), "By", "Bytes of the payloads of these messages.");
        _meter.CreateObservableCounter("roost.bridge.dropped", () => list().SelectMany(Drops), "{message}", "Messages that were not carried, by reason.");
        _meter.CreateObservableCounter("roost.bridge.retried", () => list().Select(one => new Measurement<long>(one.Retried, Bridge(one))), "{message}", "Messages sent to the cloud once more, after a refusal or a lost connection.");
        _meter.CreateObservableGauge("roost.bridge.queued", () => list().Select(one => new Measurement<long>(one.Queued, Bridge(one))), "{message}", "Messages that wait for the cloud.");
        _meter.CreateObservableGauge("roost.bridge.queue.size", () => list().Select(one => new Measurement<long>(one.QueueBytes, Bridge(one))), "By", "Bytes on disk of the queue for the cloud.");
        _meter.CreateObservableGauge("roost.bridge.subscriptions.refused", () => list().Select(one => new Measurement<long>(one.Refused.Count, Bridge(one))), "{subscription}", "Subscriptions that the cloud refuses.");
    }

    private static IEnumerable<Measurement<long>> Ways(BridgeStatus bridge, long outwards, long inwards)
    {
        if (bridge.Direction != BridgeDirection.In)
        {
            yield return new Measurement<long>(outwards, Bridge(bridge), Way(Out));
        }

        if (bridge.Direction != BridgeDirection.Out)
        {
            yield return new Measurement<long>(inwards, Bridge(bridge), Way(In));
        }
    }

    private static IEnumerable<Measurement<long>> Drops(BridgeStatus bridge) =>
        bridge.DroppedOut.Select(drop => new Measurement<long>(drop.Value, Bridge(bridge), Way(Out), Reason(drop.Key)))
            .Concat(bridge.DroppedIn.Select(drop => new Measurement<long>(drop.Value, Bridge(bridge), Way(In), Reason(drop.Key))));

    private static KeyValuePair<string, object?> Bridge(BridgeStatus bridge) => new("bridge", bridge.Name);

    private static KeyValuePair<string, object?> Way(string direction) => new("direction", direction);

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);
}
