using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

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

    public IReadOnlyList<ClientDescription> DescribeClients() =>
        [.. _sessions.Values.Select(Describe).OrderBy(static client => client.ClientIdentifier, StringComparer.Ordinal)];

    /// <summary>Retained messages whose topic matches, by topic.</summary>
    public IReadOnlyList<MqttMessage> FindRetained(TopicFilter filter)
    {
        var matches = new List<StoredMessage>();
        _retained.Match(Encoding.UTF8.GetBytes(filter.Value), matches);
        return [.. matches.Where(message => !message.HasExpired(_clock.Now)).Select(ToMessage).OrderBy(static message => message.Topic.Value, StringComparer.Ordinal)];
    }

    /// <returns>False: no such client is connected.</returns>
    public bool DisconnectClient(string clientIdentifier)
    {
        if (!_sessions.TryGetValue(clientIdentifier, out var session) || session.Connection is not { } connection)
        {
            return false;
        }

        DisconnectClient(connection, ReasonCode.AdministrativeAction, "an operator closed the connection");
        return true;
    }

    private static ClientDescription Describe(Session session) => new(
        session.ClientIdentifier,
        session.Connection?.RemoteEndPoint,
        session.Version,
        TimeSpan.FromSeconds(session.ExpirySeconds),
        [.. session.Subscriptions.Keys.Order(StringComparer.Ordinal)],
        session.Outbound.Count,
        session.Drops?.Copy() ?? new DropCounts());

    private MqttMessage ToMessage(StoredMessage stored)
    {
        var properties = PublishProperties.Read(stored.Properties);
        return new MqttMessage
        {
            Topic = TopicName.Parse(Encoding.UTF8.GetString(stored.Topic)),
            Payload = stored.Payload,
            QualityOfService = stored.QualityOfService,
            Retain = true,
            Properties = stored.SecondsLeft(_clock.Now) is { } seconds
                ? (properties ?? new MqttMessageProperties()) with { MessageExpiryInterval = TimeSpan.FromSeconds(seconds) }
                : properties,
        };
    }
}
