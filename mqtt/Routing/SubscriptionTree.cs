namespace Roost.Mqtt.Routing;

/// <summary>All subscriptions, by the levels of their filters: matching a topic walks only what can match it (section 4.7).</summary>
internal sealed class SubscriptionTree
{
    private readonly LevelNode<List<Subscription>> _root = new();

    public int Count { get; private set; }

    /// <summary>Of those, the shared ones.</summary>
    public int SharedCount { get; private set; }

    public void Add(Subscription subscription)
    {
        (_root.Reach(subscription.Filter).Value ??= []).Add(subscription);
        Count++;
        SharedCount += subscription.ShareName is null ? 0 : 1;
    }

    public void Remove(Subscription subscription)
    {
        var node = _root.Reach(subscription.Filter);
        if (node.Value is { } subscriptions)
        {
            if (subscriptions.Remove(subscription))
            {
                Count--;
                SharedCount -= subscription.ShareName is null ? 0 : 1;
            }

            if (subscriptions.Count > 0)
            {
                return; // others have the same filter
            }
        }

        _root.Clear(subscription.Filter);
    }

    /// <summary>Somebody subscribes to something whose first level is <paramref name="level"/>, not a wildcard.</summary>
    public bool HasBelow(ReadOnlySpan<byte> level) => _root.Find(level) is not null;

    /// <summary>Somebody subscribes to something below <paramref name="first"/>/<paramref name="second"/>, where <paramref name="first"/> begins with $.</summary>
    public bool HasBelow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        _root.Find(first) is { } node && (node.Find(second) ?? node.Find("#"u8) ?? node.Find("+"u8)) is not null;

    /// <summary>Adds every subscription that matches <paramref name="topic"/> to <paramref name="matches"/>.</summary>
    public void Match(ReadOnlySpan<byte> topic, List<Subscription> matches)
    {
        // [MQTT-4.7.2-1] A wildcard in the first level does not match topics that begin with $.
        var wildcardsMatch = topic[0] != (byte)'$';
        Match(_root, topic, wildcardsMatch, matches);
    }

    private static void Match(LevelNode<List<Subscription>> node, ReadOnlySpan<byte> topic, bool wildcardsMatch, List<Subscription> matches)
    {
        var last = LevelNode<List<Subscription>>.IsLastLevel(topic, out var level, out var rest);
        if (wildcardsMatch)
        {
            Take(node.Find("#"u8), matches);
            Descend(node.Find("+"u8), last, rest, matches);
        }

        Descend(node.Find(level), last, rest, matches);
    }

    private static void Descend(LevelNode<List<Subscription>>? node, bool last, ReadOnlySpan<byte> rest, List<Subscription> matches)
    {
        if (node is null)
        {
            return;
        }

        if (!last)
        {
            Match(node, rest, wildcardsMatch: true, matches);
            return;
        }

        Take(node, matches);
        Take(node.Find("#"u8), matches); // [MQTT-4.7.1-2] # matches the parent level too
    }

    private static void Take(LevelNode<List<Subscription>>? node, List<Subscription> matches)
    {
        if (node?.Value is { } subscriptions)
        {
            matches.AddRange(subscriptions);
        }
    }
}
