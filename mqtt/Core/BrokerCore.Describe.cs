namespace Roost.Mqtt.Core;

/// <summary>What operators and other rooms may see. On the loop, like everything here.</summary>
internal sealed partial class BrokerCore
{
    public BrokerStatistics DescribeBroker() => new(
        ConnectedClients: (int)Counters.ConnectedClients,
        Sessions: _sessions.Count,
        Subscriptions: _router.SubscriptionCount,
        SharedSubscriptions: _router.SharedSubscriptionCount,
        RetainedMessages: _retained.Count,
        QueuedMessages: _sessions.Values.Sum(static session => (long)session.Outbound.Count),
        InflightMessages: _sessions.Values.Sum(static session => session.Connection is null ? 0L : session.Outbound.Unacknowledged),
        MessagesReceived: Counters.MessagesReceived,
        MessagesDelivered: Counters.MessagesDelivered,
        Drops: Counters.Drops.Total.Copy());
}
