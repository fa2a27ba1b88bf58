using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Mqtt;

namespace Roost.Gateway.Messages;

/// <summary>What a Publish of the AWS IoT data plane says besides topic and payload: query parameters and <c>x-amz-mqtt5-</c> headers.</summary>
internal sealed record PublishRequest(QualityOfService QualityOfService, bool Retain, MqttMessageProperties? Properties)
{
    /// <param name="mayPublish">Whether the caller may publish to a topic: asked of the one for answers.</param>
    /// <exception cref="FormatException">A parameter is not valid; the message names it.</exception>
    public static PublishRequest Parse(IQueryCollection query, IHeaderDictionary headers, Func<TopicName, bool> mayPublish)
    {
        var qualityOfService = query["qos"].ToString() switch
        {
            "" or "0" => QualityOfService.AtMostOnce,
            "1" => QualityOfService.AtLeastOnce,
            var other => throw new FormatException($"qos is 0 or 1, not '{other}'."),
        };
        var retain = query["retain"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            var other => throw new FormatException($"retain is true or false, not '{other}'."),
        };

        var properties = PropertiesOf(query, headers);
        return new(qualityOfService, retain, properties?.ResponseTopic is { } answers ? properties with { MayBeAnswered = mayPublish(answers) } : properties);
    }

    /// <summary>The message as an MQTT 5 packet at QoS 1, in bytes, at most a few too many.</summary>
    public long PacketBytes(TopicName topic, int payload)
    {
        const int Header = 1 + 4 + 2 + 2 + 4; // type, length, topic's length, packet identifier, properties' length
        const int Text = 1 + 2; // identifier and length before each
        const int Fixed = 2 + 5; // payload format, expiry
        var size = (long)Header + Encoding.UTF8.GetByteCount(topic.Value) + payload;
        if (Properties is { } properties)
        {
            size += Fixed + (3 * Text) + Encoding.UTF8.GetByteCount(properties.ContentType ?? "")
                + (properties.ResponseTopic is { } response ? Encoding.UTF8.GetByteCount(response.Value) : 0) + (properties.CorrelationData?.Length ?? 0)
                + properties.UserProperties.Sum(pair => (long)Text + 2 + Encoding.UTF8.GetByteCount(pair.Name) + Encoding.UTF8.GetByteCount(pair.Value));
        }

        return size;
    }

    private static MqttMessageProperties? PropertiesOf(IQueryCollection query, IHeaderDictionary headers)
    {
        var properties = new MqttMessageProperties
        {
            PayloadIsUtf8 = headers["x-amz-mqtt5-payload-format-indicator"].ToString() switch
            {
                "" or "UNSPECIFIED_BYTES" => false,
                "UTF8_DATA" => true,
                var other => throw new FormatException($"x-amz-mqtt5-payload-format-indicator is UNSPECIFIED_BYTES or UTF8_DATA, not '{other}'."),
            },
            MessageExpiryInterval = Expiry(query["messageExpiry"].ToString()),
            ContentType = query["contentType"].ToString() is { Length: > 0 } contentType ? Text(contentType, "contentType") : null,
            ResponseTopic = ResponseTopic(query["responseTopic"].ToString()),
            CorrelationData = headers["x-amz-mqtt5-correlation-data"].ToString() is { Length: > 0 } correlation ? Base64(correlation, "correlation-data") : default(ReadOnlyMemory<byte>?),
            UserProperties = headers["x-amz-mqtt5-user-properties"].ToString() is { Length: > 0 } pairs ? UserProperties(pairs) : [],
        };
        return properties == new MqttMessageProperties { UserProperties = properties.UserProperties } && properties.UserProperties.Count == 0 ? null : properties;
    }

    private static TimeSpan? Expiry(string text) => text.Length == 0 ? null
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds)
        : throw new FormatException($"messageExpiry is a whole number of seconds, not '{text}'.");

    private static TopicName? ResponseTopic(string text) => text.Length == 0 ? null
        : TopicName.TryParse(text, out var topic) ? topic
        : throw new FormatException($"responseTopic is not a topic name: '{text}'.");

    /// <summary>Strings of MQTT hold no U+0000 and are at most 65,535 bytes long (MQTT 5 section 1.5.4).</summary>
    private static string Text(string text, string name) => text.Contains('\0') || Encoding.UTF8.GetByteCount(text) > ushort.MaxValue
        ? throw new FormatException($"{name} holds U+0000, or more than 65535 bytes.")
        : text;

    private static byte[] Base64(string text, string header)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"x-amz-mqtt5-{header} is not base64.", exception);
        }
    }

    /// <summary>Base64 of <c>[{"name":"value"},...]</c>: a list, as names may repeat.</summary>
    private static List<UserProperty> UserProperties(string text)
    {
        const string Header = "x-amz-mqtt5-user-properties";
        const string Fault = "x-amz-mqtt5-user-properties is not base64 of a JSON list like [{\"name\":\"value\"}].";
        try
        {
            using var document = JsonDocument.Parse(Base64(text, "user-properties"));
            return document.RootElement.ValueKind != JsonValueKind.Array
                ? throw new FormatException(Fault)
                : [.. document.RootElement.EnumerateArray().SelectMany(pair => pair.EnumerateObject()).Select(pair => new UserProperty(Text(pair.Name, Header), Text(pair.Value.GetString() ?? "", Header)))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException(Fault, exception);
        }
    }
}
