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
        _meter.CreateObservableCounter("roost.mqtt.drops", () => DropCounts.Reasons.Select(reason => Measure(counters.Drops.Total, reason)), "{message}", "Messages that were not delivered, or not taken, by reason.");
        Counter("roost.mqtt.received", "By", "Bytes of whole packets from clients.", () => counters.BytesReceived);
        Counter("roost.mqtt.sent", "By", "Bytes handed to the network.", () => counters.BytesSent);
        Counter("roost.mqtt.packets.received", "{packet}", "Packets of any type from clients.", () => counters.PacketsReceived);
        Counter("roost.mqtt.packets.sent", "{packet}", "Packets of any type to clients.", () => counters.PacketsSent);
        Counter("roost.mqtt.connects", "{connection}", "CONNECTs that were granted.", () => counters.Connects);
        Counter("roost.mqtt.sessions.expired", "{session}", "Sessions whose time ran out.", () => counters.SessionsExpired);
        _meter.CreateObservableGauge("roost.mqtt.clients.connected", () => counters.ConnectedClients, "{client}", "Clients that are connected.");
        Counter("roost.mqtt.connections.accepted", "{connection}", "Connections accepted.", () => counters.ConnectionsAccepted);
        Counter("roost.mqtt.connections.refused", "{connection}", "Connections closed at once because there were too many.", () => counters.ConnectionsRefused);
        Counter("roost.mqtt.connections.rejected", "{connection}", "Connections that failed in TLS, WebSocket or a PROXY header, or spoke another protocol.", () => counters.ConnectionsRejected);
        Counter("roost.mqtt.connections.too_soon", "{connection}", "Connections closed at once because too many came in a short time.", () => counters.ConnectionsTooSoon);
        Counter("roost.mqtt.publishers.slowed", "{pause}", "Times that a publisher was made to wait because it was too fast.", () => counters.PublishersSlowed);
        Counter("roost.mqtt.clients.refused", "{connection}", "CONNECTs that were refused, for whatever reason.", () => counters.ClientsRefused);
        Counter("roost.mqtt.sessions.refused", "{session}", "New sessions refused because there were too many.", () => counters.SessionsRefused);
        Counter("roost.mqtt.publishers.held", "{hold}", "Times that a publisher was made to wait for the queue of a slow receiver.", () => counters.PublishersHeld);
        Counter("roost.mqtt.subscriptions.refused", "{subscription}", "Filters refused because their session had too many.", () => counters.SubscriptionsRefused);
    }

    private static Measurement<long> Measure(DropCounts drops, DropReason reason) =>
        new(drops[reason], new KeyValuePair<string, object?>("reason", DropCounts.NameOf(reason)));

    private void Counter(string name, string unit, string description, Func<long> value) =>
        _meter.CreateObservableCounter(name, value, unit, description);
}
