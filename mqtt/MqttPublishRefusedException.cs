namespace Roost.Mqtt;

/// <summary>A message was not taken: nothing has been acknowledged, and sending it again is right.</summary>
public sealed class MqttPublishRefusedException(string message, Exception? innerException = null) : Exception(message, innerException);
