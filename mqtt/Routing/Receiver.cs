using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Routing;

/// <summary>A session that gets the messages of one topic, once each however many of its subscriptions match.</summary>
internal readonly struct Receiver
{
    private readonly Receiver[]? _own; // one without the No Local subscriptions, or none; null where no subscription is No Local

    /// <param name="matches">All of one session; at least one.</param>
    public Receiver(Subscription[] matches)
    {
        Session = matches[0].Session!;
        SubscriptionIdentifiers = [];
        foreach (var match in matches)
        {
            // [MQTT-3.3.5-1] The highest QoS of overlapping subscriptions.
            MaximumQualityOfService = (QualityOfService)Math.Max((byte)MaximumQualityOfService, (byte)match.MaximumQualityOfService);
            RetainAsPublished |= match.RetainAsPublished;
            HasNoLocal |= match.NoLocal;
            if (match.Identifier != 0)
            {
                SubscriptionIdentifiers = [.. SubscriptionIdentifiers, match.Identifier]; // [MQTT-3.3.4-4] all of them
            }
        }

        if (HasNoLocal)
        {
            var others = Array.FindAll(matches, static match => !match.NoLocal);
            _own = others.Length > 0 ? [new Receiver(others)] : [];
        }
    }

    public Session Session { get; }

    public QualityOfService MaximumQualityOfService { get; }

    public bool RetainAsPublished { get; }

    /// <summary>What the session itself publishes goes by <see cref="TryNarrowToOwn"/>.</summary>
    public bool HasNoLocal { get; }

    public int[] SubscriptionIdentifiers { get; }

    /// <summary>The same without No Local subscriptions [MQTT-3.8.3-3].</summary>
    /// <returns>False when none is left.</returns>
    public bool TryNarrowToOwn(out Receiver own)
    {
        var hasOwn = _own is { Length: > 0 };
        own = hasOwn ? _own![0] : default;
        return hasOwn;
    }
}
