namespace Roost.Mqtt.Client;

/// <summary>One topic filter to subscribe to, and its options (section 3.8.3.1). MQTT 3.1.1 has only the QoS.</summary>
/// <param name="Filter">Also a shared one, <c>$share/group/filter</c>.</param>
/// <param name="QualityOfService">The highest that is wanted.</param>
/// <param name="NoLocal">Not what this client itself publishes; not for a shared one [MQTT-3.8.3-4].</param>
/// <param name="RetainAsPublished">Messages keep the retain flag of their publisher, as a bridge wants it.</param>
/// <param name="RetainHandling">Whether retained messages are sent now.</param>
public sealed record MqttSubscription(
    TopicFilter Filter,
    QualityOfService QualityOfService = QualityOfService.AtLeastOnce,
    bool NoLocal = false,
    bool RetainAsPublished = false,
    RetainHandling RetainHandling = RetainHandling.Send);
