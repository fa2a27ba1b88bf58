namespace Roost.Mqtt.Policies;

/// <summary>Publishes to topics that match a filter of one list, and subscribes to what a filter of the other contains. A list that is null allows everything.</summary>
internal sealed class FilterPolicy(IReadOnlyList<TopicFilter>? publish, IReadOnlyList<TopicFilter>? subscribe) : IClientPolicy
{
    public bool ChecksReceived => false; // what is subscribed to is contained in what is allowed

    public bool MayPublish(TopicName topic, bool retain) => publish is null || publish.Any(filter => filter.Matches(topic));

    public bool MaySubscribe(TopicFilter filter, string? shareName) => subscribe is null || subscribe.Any(allowed => allowed.Contains(filter));

    public bool MayReceive(TopicName topic) => true;
}
