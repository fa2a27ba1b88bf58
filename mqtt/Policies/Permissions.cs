using Microsoft.Extensions.Logging;
using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Policies;

/// <summary>A client's policy and what it has answered: a topic that is published to again costs one comparison. The loop's thread only.</summary>
internal sealed class Permissions(IClientPolicy policy, ILogger logger)
{
    private const int SlotCount = 16; // a power of two; a client that publishes to more topics in turn asks its policy now and then

    private const int MaxRememberedBytes = 1024; // a remembered topic stays in memory

    private Slot[]? _slots;

    public bool ChecksReceived { get; } = policy.ChecksReceived;

    public bool MayPublish(TopicRoute route, bool retain)
    {
        if (route.Topic.Length > MaxRememberedBytes)
        {
            return MayPublish(route.Name, retain);
        }

        ref var slot = ref SlotOf(route);
        ref var answer = ref retain ? ref slot.Retained : ref slot.Plain;
        return answer ?? (answer = MayPublish(route.Name, retain)).Value;
    }

    /// <summary>Asked again when anything about subscriptions has changed.</summary>
    public bool MayReceive(TopicRoute route)
    {
        if (route.Topic.Length > MaxRememberedBytes)
        {
            return MayReceive(route.Name);
        }

        ref var answer = ref SlotOf(route).Received;
        return answer ?? (answer = MayReceive(route.Name)).Value;
    }

    public bool MayPublish(TopicName topic, bool retain)
    {
        try
        {
            return policy.MayPublish(topic, retain);
        }
        catch (Exception exception) // the outer edge of another room's code: what it did not allow is refused
        {
            return Refuse(exception);
        }
    }

    public bool MaySubscribe(TopicFilter filter, string? shareName)
    {
        try
        {
            return policy.MaySubscribe(filter, shareName);
        }
        catch (Exception exception) // see above
        {
            return Refuse(exception);
        }
    }

    /// <summary>Not remembered: retained messages ask once.</summary>
    public bool MayReceive(TopicName topic)
    {
        try
        {
            return !ChecksReceived || policy.MayReceive(topic);
        }
        catch (Exception exception) // see above
        {
            return Refuse(exception);
        }
    }

    private ref Slot SlotOf(TopicRoute route)
    {
        ref var slot = ref (_slots ??= new Slot[SlotCount])[route.Hash & (SlotCount - 1)];
        if (!ReferenceEquals(slot.Route, route))
        {
            slot = new Slot { Route = route };
        }

        return ref slot;
    }

    private bool Refuse(Exception exception)
    {
        Log.PolicyFailed(logger, exception);
        return false;
    }

    private struct Slot
    {
        public TopicRoute? Route;
        public bool? Plain;
        public bool? Retained;
        public bool? Received;
    }
}
