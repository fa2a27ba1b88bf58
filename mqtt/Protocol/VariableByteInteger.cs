namespace Roost.Mqtt.Protocol;

/// <summary>One to four bytes, seven bits each, low first (MQTT 5 section 1.5.5; Remaining Length in 3.1.1 section 2.2.3).</summary>
internal static class VariableByteInteger
{
    public const int Max = 268_435_455;

    public const int MaxBytes = 4;

    public static int GetSize(int value) => value switch
    {
        < 0x80 => 1,
        < 0x4000 => 2,
        < 0x20_0000 => 3,
        _ => 4,
    };

    /// <param name="length">Bytes read; 0 unless <see cref="DecodeStatus.Complete"/>.</param>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out int value, out int length)
    {
        value = 0;
        length = 0;
        for (var count = 0; count < MaxBytes; count++)
        {
            if (count >= source.Length)
            {
                return DecodeStatus.NeedMore;
            }

            var digit = source[count];
            value |= (digit & 0x7F) << (7 * count);
            if ((digit & 0x80) == 0)
            {
                if (digit == 0 && count > 0)
                {
                    return DecodeStatus.Malformed; // [MQTT-1.5.5-1] the shortest form only
                }

                length = count + 1;
                return DecodeStatus.Complete;
            }
        }

        return DecodeStatus.Malformed; // a fourth continuation bit would start a fifth byte
    }

    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Max);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
        {
            destination[count++] = (byte)(value | 0x80);
        }

        destination[count++] = (byte)value;
        return count;
    }
}
