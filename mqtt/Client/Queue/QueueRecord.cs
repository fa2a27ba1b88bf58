using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Storage.Logs;

namespace Roost.Mqtt.Client.Queue;

/// <summary>A message as a record of the queue's log: see <c>docs/formats/outgoing-queue.md</c>.</summary>
internal static class QueueRecord
{
    private const byte Version = 1;
    private const int FixedBytes = 2;
    private const int QualityMask = 0b011;
    private const int RetainFlag = 0b100;

    public static byte[] KeyOf(MqttMessage message) => Encoding.UTF8.GetBytes(message.Topic.Value);

    public static byte[] HeadersOf(MqttMessage message)
    {
        var counter = default(PacketWriter);
        PublishProperties.Write(ref counter, message.Properties);
        var headers = new byte[FixedBytes + counter.Position];
        headers[0] = Version;
        headers[1] = (byte)((int)message.QualityOfService | (message.Retain ? RetainFlag : 0));
        var writer = new PacketWriter(headers.AsSpan(FixedBytes));
        PublishProperties.Write(ref writer, message.Properties);
        return headers;
    }

    /// <summary>The message, copied out of the reader's buffer, with what is left of its lifetime.</summary>
    /// <returns>Null where nothing is left of it.</returns>
    /// <exception cref="InvalidDataException">A later version of Roost has written it.</exception>
    public static MqttMessage? Read(in LogRecord record, string folder, DateTimeOffset now)
    {
        var headers = record.Headers.Span;
        if (headers.Length < FixedBytes || headers[0] != Version)
        {
            throw new InvalidDataException(
                $"Record {record.Offset} of the outgoing queue {folder} has not version {Version}: a later version of Roost has written it, and must send it.");
        }

        var properties = PublishProperties.Read(headers[FixedBytes..]);
        if (properties?.MessageExpiryInterval is { } interval)
        {
            var waited = now - record.Timestamp;
            var left = waited > TimeSpan.Zero ? interval - waited : interval; // a clock that was set back makes no message younger
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            properties = properties with { MessageExpiryInterval = left };
        }

        return new MqttMessage
        {
            Topic = TopicName.Parse(Encoding.UTF8.GetString(record.Key.Span)),
            Payload = record.Payload.ToArray(), // the client keeps it until the acknowledgement
            QualityOfService = (QualityOfService)(headers[1] & QualityMask),
            Retain = (headers[1] & RetainFlag) != 0,
            Properties = properties,
        };
    }
}
