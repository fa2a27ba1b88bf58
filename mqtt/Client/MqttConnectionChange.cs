namespace Roost.Mqtt.Client;

/// <param name="State">The new state.</param>
/// <param name="Reason">Why the connection is lost or could not be made; null where nothing failed.</param>
/// <param name="SessionPresent">With <see cref="MqttConnectionState.Connected"/>: the server still had the session.</param>
public readonly record struct MqttConnectionChange(MqttConnectionState State, MqttConnectionException? Reason = null, bool SessionPresent = false);
