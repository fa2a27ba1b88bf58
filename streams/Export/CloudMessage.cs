using System.Globalization;
using Roost.Mqtt;
using Roost.Streams.Records;

namespace Roost.Streams.Export;

/// <summary>A record as the cloud gets it: the payload as it is, and in MQTT 5 where it comes from, as user properties.</summary>
internal static class CloudMessage
{
    public const string Stream = "roost-stream";
    public const string Offset = "roost-offset";
    public const string Timestamp = "roost-timestamp";
    public const string Topic = "roost-topic";
    public const string Key = "roost-key";

    /// <summary>Copies the payload: the message outlives the reader's buffer, until its acknowledgement.</summary>
    public static MqttMessage Create(TopicName topic, StreamName stream, in StreamRecord record, bool withProperties) => new()
    {
        Topic = topic,
        Payload = record.Payload.ToArray(),
        QualityOfService = QualityOfService.AtLeastOnce,
        Properties = withProperties ? Properties(stream, in record) : null,
    };

    private static MqttMessageProperties Properties(StreamName stream, in StreamRecord record)
    {
        var properties = new List<UserProperty>(4 + record.Headers.Count)
        {
            new(Stream, stream.Value),
            new(Offset, record.Offset.ToString(CultureInfo.InvariantCulture)),
            new(Timestamp, record.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)),
        };
        if (record.Key.Length > 0)
        {
            properties.Add(new(record.KeyIsTopic ? Topic : Key, record.Key));
        }

        string? contentType = null;
        foreach (var header in record.Headers)
        {
            if (header.Name == MessageHeaders.ContentType && contentType is null)
            {
                contentType = header.Value;
            }
            else
            {
                properties.Add(header);
            }
        }

        return new MqttMessageProperties { PayloadIsUtf8 = record.PayloadIsUtf8, ContentType = contentType, UserProperties = properties };
    }
}
