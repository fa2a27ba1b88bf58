namespace Roost.Mqtt;

/// <summary>What clients may do that come by WebSocket at the HTTP server's <c>/mqtt</c>. HTTP says where it listens.</summary>
public sealed class MqttHttpOptions
{
    /// <summary>Whether clients need no credentials. Null: unless a listener of this machine says that they need some.</summary>
    public bool? Anonymous { get; set; }

    /// <summary>
    /// As <see cref="MqttListenerOptions.AnonymousPublish"/>. Null: what every listener of this machine allows, so that a filter set there is not
    /// passed by here.
    /// </summary>
    public IList<TopicFilter>? AnonymousPublish { get; set; }

    /// <summary>The same for <see cref="MqttListenerOptions.AnonymousSubscribe"/>.</summary>
    public IList<TopicFilter>? AnonymousSubscribe { get; set; }

    /// <summary>Where its clients are allowed more or less than those of other listeners.</summary>
    public MqttListenerLimitsOptions Limits { get; set; } = new();

    internal MqttListenerOptions AmongListeners(IEnumerable<MqttListenerOptions> listeners)
    {
        var local = listeners.Where(static listener => listener.IsLocal).ToList();
        return new MqttListenerOptions
        {
            Name = "http",
            Websocket = true,
            Anonymous = Anonymous ?? (local.Exists(static listener => listener.Anonymous == false) ? false : null),
            AnonymousPublish = AnonymousPublish ?? InAll(local.Select(static listener => listener.AnonymousPublish)),
            AnonymousSubscribe = AnonymousSubscribe ?? InAll(local.Select(static listener => listener.AnonymousSubscribe)),
            Limits = Limits,
        };
    }

    /// <summary>Filters of any list that all others contain; what two of them only have in part in common is left out.</summary>
    private static IList<TopicFilter>? InAll(IEnumerable<IList<TopicFilter>?> lists) =>
        lists.Aggregate((IList<TopicFilter>?)null, static (one, other) => one is null || other is null ? one ?? other : InBoth(one, other));

    private static List<TopicFilter> InBoth(IList<TopicFilter> one, IList<TopicFilter> other) =>
        [.. one.Where(filter => other.Any(wide => wide.Contains(filter))).Union(other.Where(filter => one.Any(wide => wide.Contains(filter))))];
}
