namespace Roost.Mqtt.Sessions;

/// <summary>A will (section 3.1.2.5) and how long after the loss of the connection it is due, in seconds (MQTT 5 section 3.1.3.2.2).</summary>
internal sealed record Will(MqttMessage Message, uint DelaySeconds);
