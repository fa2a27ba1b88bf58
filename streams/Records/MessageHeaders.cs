using Roost.Mqtt;

namespace Roost.Streams.Records;

/// <summary>What of an MQTT 5 message's properties a record keeps: user properties, content type, and whether the payload is text.</summary>
/// <remarks>
/// Expiry, response topic and correlation data are left out: a record is history, not a request that waits for its answer.
/// </remarks>
internal static class MessageHeaders
{
    public const string ContentType = "content-type";

    public static byte[] Encode(MqttMessageProperties properties)
    {
        var flags = (byte)(RecordHeaders.KeyIsTopic | (properties.PayloadIsUtf8 ? RecordHeaders.PayloadIsUtf8 : 0));
        var headers = properties.ContentType is { } type
            ? [new UserProperty(ContentType, type), .. properties.UserProperties]
            : properties.UserProperties;
        return RecordHeaders.Encode(flags, headers);
    }
}
