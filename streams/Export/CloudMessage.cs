using System.Globalization;
using Roost.Mqtt;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Formats;
using Roost.Streams.Records;

namespace Roost.Streams.Export;

/// <summary>Records as an MQTT server gets them: one with its payload as it is, or several as a batch; and in MQTT 5 where they come from, as user properties.</summary>
internal static class CloudMessage
{
    public const string Stream = "roost-stream";
    public const string StreamId = "roost-stream-id";
    public const string Offset = "roost-offset";
    public const string NextOffset = "roost-next-offset";
    public const string Records = "roost-records";
    public const string Encoding = "roost-encoding";
    public const string Timestamp = "roost-timestamp";
    public const string Topic = "roost-topic";
    public const string Key = "roost-key";

    /// <param name="batch">Has one record, whose payload the message shares.</param>
    public static MqttMessage OfRecord(TopicName topic, ExportBatch batch, bool withProperties) => new()
    {
        Topic = topic,
        Payload = batch.Records[0].Payload,
        QualityOfService = QualityOfService.AtLeastOnce,
        Properties = withProperties ? Properties(batch) : null,
    };

    public static MqttMessage OfBatch(TopicName topic, ExportBatch batch, BatchFormat format, BatchCompression compression, bool withProperties)
    {
        var encoded = BatchEncoder.Encode(batch, format, compression);
        var properties = new List<UserProperty>
        {
            new(Stream, batch.Identity.Stream.Value),
            new(Offset, Text(batch.First)),
            new(NextOffset, Text(batch.Next)),
            new(Records, Text(batch.Records.Count)),
        };
        if (batch.StreamId.Length > 0)
        {
            properties.Add(new(StreamId, batch.StreamId));
        }

        if (encoded.ContentEncoding is { } encoding)
        {
            properties.Add(new(Encoding, encoding));
        }

        return new MqttMessage
        {
            Topic = topic,
            Payload = encoded.Bytes,
            QualityOfService = QualityOfService.AtLeastOnce,
            Properties = withProperties ? new MqttMessageProperties { ContentType = encoded.ContentType, UserProperties = properties } : null,
        };
    }

    private static MqttMessageProperties Properties(ExportBatch batch)
    {
        var record = batch.Records[0];
        var properties = new List<UserProperty>(5 + record.Headers.Count)
        {
            new(Stream, batch.Identity.Stream.Value),
            new(Offset, Text(record.Offset)),
            new(Timestamp, record.Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)),
        };
        if (batch.StreamId.Length > 0)
        {
            properties.Add(new(StreamId, batch.StreamId));
        }

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

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
