using System.Buffers.Binary;
using System.Text;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>A PUBLISH from the broker.</summary>
internal sealed record Delivery
{
    public required string Topic { get; init; }

    public required string Payload { get; init; }

    public required int QualityOfService { get; init; }

    public required bool Retain { get; init; }

    public required bool Duplicate { get; init; }

    /// <summary>0 at QoS 0.</summary>
    public required ushort PacketIdentifier { get; init; }

    /// <summary>Hexadecimal, without their length.</summary>
    public required string Properties { get; init; }


    /// <summary>The identifier as the two bytes that an acknowledgement repeats.</summary>
    public string Identifier => PacketIdentifier.ToString("X4", System.Globalization.CultureInfo.InvariantCulture);

    public static Delivery Of(Packet packet)
    {
        var flags = packet.Bytes[0] & 0x0F;
        var topicLength = BinaryPrimitives.ReadUInt16BigEndian(packet.Body);
        var rest = packet.Body[(2 + topicLength)..];
        var quality = (flags >> 1) & 0b11;
        ushort identifier = 0;
        if (quality > 0)
        {
            identifier = BinaryPrimitives.ReadUInt16BigEndian(rest);
            rest = rest[2..];
        }

        var properties = Packet.Sized(rest, out var payload);
        return new Delivery
        {
            Topic = Encoding.UTF8.GetString(packet.Body.Slice(2, topicLength)),
            Payload = Encoding.UTF8.GetString(payload),
            QualityOfService = quality,
            Retain = (flags & 1) != 0,
            Duplicate = (flags & 0b1000) != 0,
            PacketIdentifier = identifier,
            Properties = Convert.ToHexString(properties),
        };
    }
}
