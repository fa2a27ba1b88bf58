using System.Buffers.Binary;
using System.Text;

namespace Roost.Mqtt.Tests.Conformance.V5;

/// <summary>Properties as the broker sent them, taken apart without the broker's own codec.</summary>
internal static class Properties
{
    public static List<int> Identifiers(ReadOnlySpan<byte> properties)
    {
        var identifiers = new List<int>();
        while (!properties.IsEmpty)
        {
            identifiers.Add(properties[0]);
            properties = properties[(1 + ValueLength(properties))..];
        }

        return identifiers;
    }

    /// <summary>The value as it stands on the wire, in hexadecimal; of text and data without their length.</summary>
    /// <exception cref="AssertionException">There is no such property.</exception>
    public static string Value(ReadOnlySpan<byte> properties, int identifier)
    {
        while (!properties.IsEmpty)
        {
            var length = ValueLength(properties);
            if (properties[0] == identifier)
            {
                var value = properties.Slice(1, length);
                return Wire.Hex(IsText(identifier) ? value[2..] : value);
            }

            properties = properties[(1 + length)..];
        }

        throw new AssertionException($"There is no property 0x{identifier:X2}.");
    }

    public static string Text(ReadOnlySpan<byte> properties, int identifier) =>
        Encoding.UTF8.GetString(Convert.FromHexString(Value(properties, identifier)));

    private static bool IsText(int identifier) => identifier is 0x03 or 0x08 or 0x09 or 0x12 or 0x15 or 0x16 or 0x1A or 0x1C or 0x1F;

    private static int ValueLength(ReadOnlySpan<byte> property)
    {
        var value = property[1..];
        switch (property[0])
        {
            case 0x01 or 0x17 or 0x19 or 0x24 or 0x25 or 0x28 or 0x29 or 0x2A:
                return 1;
            case 0x13 or 0x21 or 0x22 or 0x23:
                return 2;
            case 0x02 or 0x11 or 0x18 or 0x27:
                return 4;
            case 0x0B:
                var count = 1;
                while ((value[count - 1] & 0x80) != 0)
                {
                    count++;
                }

                return count;
            case 0x26:
                var name = 2 + BinaryPrimitives.ReadUInt16BigEndian(value);
                return name + 2 + BinaryPrimitives.ReadUInt16BigEndian(value[name..]);
            default:
                return IsText(property[0])
                    ? 2 + BinaryPrimitives.ReadUInt16BigEndian(value)
                    : throw new AssertionException($"0x{property[0]:X2} is no property.");
        }
    }
}
