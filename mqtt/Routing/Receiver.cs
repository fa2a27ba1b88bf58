using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Routing;

/// <summary>A session that gets the messages of one topic, once each however many of its subscriptions match.</summary>
internal readonly struct Receiver
{
    private readonly Subscription[] _matches;

    /// <param name="matches">All of one session; at least one.</param>
    public Receiver(Subscription[] matches)
    {
        _matches = matches;
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
        var matches = Array.FindAll(_matches, static match => !match.NoLocal);
        own = matches.Length > 0 ? new Receiver(matches) : default;
        return matches.Length > 0;
    }
}
