namespace Roost.Mqtt;

/// <summary>A message was not taken: nothing has been acknowledged, and sending it again is right.</summary>
public sealed class MqttPublishRefusedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why, in the values of MQTT 5; null where not the server was the obstacle.</summary>
    public ReasonCode? ReasonCode { get; init; }

    /// <summary>The message's lifetime (Message Expiry Interval) ended before it could be sent: sending it again would be wrong.</summary>
    public bool IsExpired { get; init; }
}
