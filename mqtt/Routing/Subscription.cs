using System.Text;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Routing;

/// <summary>What one subscriber asked for with one filter. A new SUBSCRIBE with the same filter makes a new one (section 3.8.4).</summary>
internal sealed class Subscription : JournalEntry
{
    public Subscription(TopicFilter topicFilter, string? shareName = null)
    {
        TopicFilter = topicFilter;
        ShareName = shareName;
        Filter = Encoding.UTF8.GetBytes(topicFilter.Value);
    }

    /// <summary>Without <c>$share/NAME/</c>.</summary>
    public TopicFilter TopicFilter { get; }

    public byte[] Filter { get; }

    /// <summary>The filter as the client sent it, and the key in its session.</summary>
    public string Name => ShareName is null ? TopicFilter.Value : $"$share/{ShareName}/{TopicFilter.Value}";

    /// <summary>Members of a share with the same filter take turns (MQTT 5 section 4.8.2); null for an ordinary subscription.</summary>
    public string? ShareName { get; }

    /// <summary>Those that take turns with it; the router's. Null for an ordinary subscription.</summary>
    public ShareGroup? Share { get; set; }

    /// <summary>Null when <see cref="Reader"/> is set.</summary>
    public Session? Session { get; init; }

    /// <summary>A reader in this process; null when <see cref="Session"/> is set.</summary>
    public LocalReader? Reader { get; init; }

    public QualityOfService MaximumQualityOfService { get; init; } = QualityOfService.ExactlyOnce;

    /// <summary>Not to be sent what its own session published (MQTT 5 section 3.8.3.1).</summary>
    public bool NoLocal { get; init; }

    /// <summary>Forwarded messages keep the RETAIN flag of their publisher (MQTT 5 section 3.8.3.1).</summary>
    public bool RetainAsPublished { get; init; }

    /// <summary>0: none was given.</summary>
    public int Identifier { get; init; }

    /// <summary>Of a durable session, which has not been given all retained messages yet. The journal keeps it.</summary>
    public bool IsRetainedDue { get; set; }
}
