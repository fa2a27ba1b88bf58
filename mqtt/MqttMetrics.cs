using System.Diagnostics.Metrics;
using Roost.Mqtt.Core;

namespace Roost.Mqtt;

/// <summary>The meter <c>roost.mqtt</c>. The loop only counts; what is read here is read when somebody asks.</summary>
public sealed class MqttMetrics(IMeterFactory meters)
{
    public const string MeterName = "roost.mqtt";

    private readonly Meter _meter = meters.Create(MeterName);

    internal void Observe(BrokerCounters counters)
    {
        Counter("roost.mqtt.messages.received", "{message}", "Messages taken from clients and from within the process.", () => counters.MessagesReceived);
        Counter("roost.mqtt.messages.delivered", "{message}", "PUBLISH packets written to clients.", () => counters.MessagesDelivered);
        Counter("roost.mqtt.messages.dropped.slow_reader", "{message}", "QoS 0 messages for clients that read too slowly.", () => counters.DroppedSlowReader);
        Counter("roost.mqtt.messages.dropped.queue_full", "{message}", "QoS 1 and 2 messages for sessions whose queue was full.", () => counters.DroppedQueueFull);
        Counter("roost.mqtt.messages.dropped.expired", "{message}", "Messages that expired before they could be sent.", () => counters.DroppedExpired);
        Counter("roost.mqtt.messages.dropped.too_large", "{message}", "Messages above the client's Maximum Packet Size.", () => counters.DroppedTooLarge);
        Counter("roost.mqtt.connections.accepted", "{connection}", "Connections accepted.", () => counters.ConnectionsAccepted);
        Counter("roost.mqtt.connections.refused", "{connection}", "Connections closed at once because there were too many.", () => counters.ConnectionsRefused);
        Counter("roost.mqtt.sessions.refused", "{session}", "New sessions refused because there were too many.", () => counters.SessionsRefused);
        Counter("roost.mqtt.subscriptions.refused", "{subscription}", "Filters refused because their session had too many.", () => counters.SubscriptionsRefused);
    }

    private void Counter(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);
}
