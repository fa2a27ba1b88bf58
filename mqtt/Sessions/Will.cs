namespace Roost.Mqtt.Sessions;

/// <summary>A will (section 3.1.2.5) and how long after the loss of the connection it is due, in seconds (MQTT 5 section 3.1.3.2.2).</summary>
/// <param name="PatienceMilliseconds">How long after a restart of the broker the client may take to come back before it counts as lost.</param>
/// <param name="Credential">Of the client whose will it is: it goes with it, also after a restart. Null: it had none, or a former version wrote it.</param>
internal sealed record Will(MqttMessage Message, uint DelaySeconds, int PatienceMilliseconds, string? Credential);
