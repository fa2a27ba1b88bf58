namespace Roost.Mqtt.Protocol;

/// <summary>How the value of a property is encoded (MQTT 5 section 2.2.2.2).</summary>
internal enum PropertyType : byte
{
    /// <summary>No such property.</summary>
    None,

    /// <summary>One byte that is 0 or 1: true of every property of one byte.</summary>
    Flag,
    UInt16,
    UInt32,
    VariableByteInteger,
    Text,
    Binary,
    TextPair,
}
