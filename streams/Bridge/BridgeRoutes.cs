using Microsoft.Extensions.Options;
using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>All entries, and how messages are made for the other side.</summary>
internal sealed class BridgeRoutes
{
    private readonly bool _carriesProperties;

    public BridgeRoutes(IOptions<CloudOptions> cloud, IOptions<CloudMqttOptions> mqtt)
    {
        Entries = BridgeEntry.CreateAll(cloud.Value.Bridge);
        Gateway = mqtt.Value.ClientId;
        _carriesProperties = mqtt.Value.Version == "5";
    }

    public IReadOnlyList<BridgeEntry> Entries { get; }

    public bool CarriesIn => Entries.Any(static entry => entry.Options.CarriesIn);

    /// <summary>How this gateway signs what it sends: the client identifier, which is unique at the server.</summary>
    public string Gateway { get; }

    /// <summary>The cloud's side of a message that was published here.</summary>
    /// <param name="retain">As it was published.</param>
    public MqttMessage ToRemote(in PublishedMessage message, BridgeEntry entry, TopicName topic, QualityOfService qualityOfService, bool retain) => new()
    {
        Topic = topic,
        Payload = message.Payload.ToArray(),
        QualityOfService = qualityOfService,
        Retain = retain && entry.Options.Retain,
        Properties = _carriesProperties
            ? BridgeTrace.Extend(message.Properties, Gateway) with { ResponseTopic = ResponseTopic(message.Properties, remote: false).Topic }
            : message.Properties, // its lifetime counts in the queue
    };

    /// <summary>This side of a message that came from the cloud.</summary>
    public MqttMessage ToLocal(MqttMessage message, BridgeEntry entry, TopicName topic) => new()
    {
        Topic = topic,
        Payload = message.Payload,
        QualityOfService = message.QualityOfService < entry.MaximumQualityOfService ? message.QualityOfService : entry.MaximumQualityOfService,
        Retain = message.Retain && entry.Options.Retain,
        OnBehalfOf = $"bridge:{entry.Name}",
        Properties = ToLocal(message.Properties),
    };

    /// <summary>Functions answer the cloud only where an entry carries the answer to it: else whoever publishes there could have any topic here written to.</summary>
    private MqttMessageProperties? ToLocal(MqttMessageProperties? properties)
    {
        if (properties?.ResponseTopic is null)
        {
            return properties;
        }

        var (topic, isCarried) = ResponseTopic(properties, remote: true);
        return properties with { ResponseTopic = topic, MayBeAnswered = isCarried };
    }

    /// <summary>Answers travel the other way: what a request from here is to be answered with comes in, and the other way round. As it is where no entry carries the answer.</summary>
    private (TopicName? Topic, bool IsCarried) ResponseTopic(MqttMessageProperties? properties, bool remote)
    {
        if (properties?.ResponseTopic is not { } topic)
        {
            return (null, false);
        }

        foreach (var entry in Entries.Where(entry => remote ? entry.Options.CarriesOut : entry.Options.CarriesIn))
        {
            foreach (var filter in entry.Filters)
            {
                var matches = (remote ? filter.Remote : filter.Local).Matches(topic);
                if (matches && (remote ? entry.TryMapToLocal(topic, filter, out var mapped) : entry.TryMapToRemote(topic, filter, out mapped)))
                {
                    return (mapped, true);
                }
            }
        }

        return (topic, false);
    }
}
