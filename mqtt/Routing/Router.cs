using System.Runtime.InteropServices;

namespace Roost.Mqtt.Routing;

/// <summary>
/// From the bytes of a topic to its receivers. The walk through the subscriptions is done once for a topic and remembered until any
/// subscription changes; a publisher that repeats a topic costs one comparison.
/// </summary>
internal sealed class Router
{
    // A flood of ever new topics empties the table now and then; it never grows past some megabytes.
    private const int MaxRoutes = 64 * 1024;
    private const int MaxTopicBytes = 8 * 1024 * 1024;

    private readonly SubscriptionTree _subscriptions = new();
    private readonly Dictionary<string, ShareGroup> _groups = new(StringComparer.Ordinal);
    private readonly List<Subscription> _matches = []; // scratch
    private TopicRoute?[] _buckets = new TopicRoute?[256];
    private int _count;
    private int _topicBytes;
    private long _generation;

    /// <summary>All shared subscriptions.</summary>
    public IReadOnlyCollection<ShareGroup> ShareGroups => _groups.Values;

    public int SubscriptionCount => _subscriptions.Count;

    public int SharedSubscriptionCount => _subscriptions.SharedCount;

    public void Add(Subscription subscription)
    {
        _subscriptions.Add(subscription);
        if (subscription is { ShareName: not null, Session: { } session })
        {
            var group = subscription.Share = FindOrAddGroup(subscription.Name);
            group.Add(subscription);
            (session.Shares ??= []).Add(group);
        }

        _generation++;
    }

    public void Remove(Subscription subscription)
    {
        _subscriptions.Remove(subscription);
        if (subscription.Share is { } group)
        {
            group.Remove(subscription);
            subscription.Session!.Shares!.Remove(group);
        }

        _generation++;
    }

    /// <inheritdoc cref="SubscriptionTree.HasBelow(ReadOnlySpan{byte})"/>
    public bool HasBelow(ReadOnlySpan<byte> level) => _subscriptions.HasBelow(level);

    /// <inheritdoc cref="SubscriptionTree.HasBelow(ReadOnlySpan{byte}, ReadOnlySpan{byte})"/>
    public bool HasBelow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => _subscriptions.HasBelow(first, second);

    public ShareGroup FindOrAddGroup(string name)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            _groups.Add(name, group = new ShareGroup(name));
        }

        return group;
    }

    /// <summary>A group that has no members, and will not get one at once.</summary>
    public void Forget(ShareGroup group) => _groups.Remove(group.Name);

    /// <summary>Who may receive has changed: every route is found anew.</summary>
    public void Invalidate() => _generation++;

    /// <summary>The route of <paramref name="topic"/>, up to date.</summary>
    /// <param name="topic">Checked: not empty, no wildcards.</param>
    /// <param name="last">A guess, mostly right: the route of the same publisher's last message.</param>
    public TopicRoute Find(ReadOnlySpan<byte> topic, TopicRoute? last = null)
    {
        var route = last is not null && topic.SequenceEqual(last.Topic) ? last : Look(topic);
        if (route.Generation != _generation)
        {
            Resolve(route);
        }

        return route;
    }

    /// <summary>Brings a route that was kept elsewhere up to date.</summary>
    public TopicRoute Refresh(TopicRoute route)
    {
        if (route.Generation != _generation)
        {
            Resolve(route);
        }

        return route;
    }

    private TopicRoute Look(ReadOnlySpan<byte> topic)
    {
        var hash = Utf8Comparer.Hash(topic);
        for (var route = _buckets[hash & (_buckets.Length - 1)]; route is not null; route = route.NextInBucket)
        {
            if (route.Hash == hash && topic.SequenceEqual(route.Topic))
            {
                return route;
            }
        }

        return Insert(new TopicRoute(topic.ToArray(), hash));
    }

    private TopicRoute Insert(TopicRoute route)
    {
        if (_count == MaxRoutes || _topicBytes > MaxTopicBytes)
        {
            _buckets = new TopicRoute?[256];
            _count = 0;
            _topicBytes = 0;
        }
        else if (_count == _buckets.Length)
        {
            Grow();
        }

        ref var bucket = ref _buckets[route.Hash & (_buckets.Length - 1)];
        route.NextInBucket = bucket;
        bucket = route;
        _count++;
        _topicBytes += route.Topic.Length;
        return route;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new TopicRoute?[old.Length * 2];
        foreach (var first in old)
        {
            for (var route = first; route is not null;)
            {
                var next = route.NextInBucket;
                ref var bucket = ref _buckets[route.Hash & (_buckets.Length - 1)];
                route.NextInBucket = bucket;
                bucket = route;
                route = next;
            }
        }
    }

    private void Resolve(TopicRoute route)
    {
        _matches.Clear();
        _subscriptions.Match(route.Topic, _matches);
        DropForbidden(route);
        route.Readers = ReadersOf(_matches);
        route.Receivers = ReceiversOf(_matches);
        route.ShareGroups = ShareGroupsOf(_matches);
        route.Generation = _generation;
    }

    /// <summary>Policies that say who may receive a topic are asked once for each; members of shares, not at all.</summary>
    private void DropForbidden(TopicRoute route)
    {
        var kept = 0;
        for (var i = 0; i < _matches.Count; i++)
        {
            var match = _matches[i];
            if (match.ShareName is not null || match.Session?.Permissions is not { ChecksReceived: true } permissions || permissions.MayReceive(route))
            {
                _matches[kept++] = match;
            }
        }

        _matches.RemoveRange(kept, _matches.Count - kept);
    }

    private static LocalReader[] ReadersOf(List<Subscription> matches) =>
        matches.Exists(static match => match.Reader is not null)
            ? [.. matches.Where(static match => match.Reader is not null).Select(static match => match.Reader!)]
            : [];

    private static Receiver[] ReceiversOf(List<Subscription> matches)
    {
        var count = 0;
        foreach (var match in CollectionsMarshal.AsSpan(matches))
        {
            count += match.Session is not null && match.ShareName is null ? 1 : 0;
        }

        return count == 0
            ? []
            : [.. matches.Where(static match => match.Session is not null && match.ShareName is null)
                .GroupBy(static match => match.Session!)
                .Select(static session => new Receiver([.. session]))];
    }

    private static ShareGroup[] ShareGroupsOf(List<Subscription> matches) =>
        matches.Exists(static match => match.Share is not null)
            ? [.. matches.Where(static match => match.Share is not null).Select(static match => match.Share!).Distinct()]
            : [];
}
