namespace Roost.Mqtt;

/// <summary>Everything that an operator may want to know of one client.</summary>
/// <param name="Subscriptions">By filter, the first <see cref="MaxListed"/>.</param>
/// <param name="WillTopic">Null: it has no will.</param>
/// <param name="InflightIdentifiers">Packet Identifiers of what has been sent and not acknowledged, oldest first, the first <see cref="MaxListed"/>.</param>
public sealed record ClientDetails(
    ClientDescription Summary,
    IReadOnlyList<SubscriptionDescription> Subscriptions,
    TopicName? WillTopic,
    IReadOnlyList<int> InflightIdentifiers)
{
    public const int MaxListed = 1000;
}
