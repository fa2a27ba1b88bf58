namespace Roost.Mqtt;

/// <summary>The protocol level of CONNECT (section 3.1.2.2), by its value on the wire.</summary>
public enum MqttProtocolVersion : byte
{
    V311 = 4,
    V500 = 5,
}
