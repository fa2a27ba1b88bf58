namespace Roost.Mqtt.Protocol;

/// <summary>Writes single properties (MQTT 5 section 2.2.2.2). Null is a property that is absent.</summary>
internal static class PropertyWriter
{
    public static void WriteFlag(ref PacketWriter writer, PropertyIdentifier identifier, bool? value)
    {
        if (value is { } present)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteByte(present ? (byte)1 : (byte)0);
        }
    }

    public static void WriteUInt16(ref PacketWriter writer, PropertyIdentifier identifier, ushort? value)
    {
        if (value is { } present)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteUInt16(present);
        }
    }

    public static void WriteUInt32(ref PacketWriter writer, PropertyIdentifier identifier, uint? value)
    {
        if (value is { } present)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteUInt32(present);
        }
    }

    public static void WriteVariableByteInteger(ref PacketWriter writer, PropertyIdentifier identifier, int? value)
    {
        if (value is { } present)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteVariableByteInteger(present);
        }
    }

    public static void WriteText(ref PacketWriter writer, PropertyIdentifier identifier, string? value)
    {
        if (value is not null)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteText(value);
        }
    }

    public static void WriteBinary(ref PacketWriter writer, PropertyIdentifier identifier, ReadOnlyMemory<byte>? value)
    {
        if (value is { } present)
        {
            writer.WriteByte((byte)identifier);
            writer.WriteBinary(present.Span);
        }
    }

    public static void WriteUserProperties(ref PacketWriter writer, IReadOnlyList<UserProperty> properties)
    {
        for (var i = 0; i < properties.Count; i++)
        {
            writer.WriteByte((byte)PropertyIdentifier.UserProperty);
            writer.WriteText(properties[i].Name);
            writer.WriteText(properties[i].Value);
        }
    }
}
