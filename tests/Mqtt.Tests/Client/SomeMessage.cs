using System.Text;

namespace Roost.Mqtt.Tests.Client;

/// <summary>Messages of one line.</summary>
internal static class SomeMessage
{
    public static MqttMessage Of(
        string topic, string payload, QualityOfService quality = QualityOfService.AtLeastOnce, MqttMessageProperties? properties = null, bool retain = false) => new()
    {
        Topic = TopicName.Parse(topic),
        Payload = Encoding.UTF8.GetBytes(payload),
        QualityOfService = quality,
        Retain = retain,
        Properties = properties,
    };
}
