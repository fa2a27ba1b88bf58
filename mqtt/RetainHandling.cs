namespace Roost.Mqtt;

/// <summary>When retained messages are sent for a subscription (MQTT 5 section 3.8.3.1).</summary>
public enum RetainHandling : byte
{
    Send = 0,
    SendIfNew = 1,
    DoNotSend = 2,
}
