namespace Roost.Mqtt.Tests.Protocol;

/// <summary>Changes a few bytes of sound packets, in place: flips, cuts, copies, lengths that lie. Allocates nothing, so that millions go by.</summary>
internal sealed class Mutator(int seed)
{
    /// <summary>Bytes on which something depends: ends of ranges, wildcards, UTF-8 that begins what never comes, surrogates, lengths.</summary>
    private static ReadOnlySpan<byte> Telling => [0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)'/', (byte)'+', (byte)'#', (byte)'$', 0xC0, 0xC3, 0xED, 0xA0, 0xEF, 0xBF, 0xF4, 0x90, 0x26, 0x0B, 0x23];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <param name="buffer">Begins with the packet; has room for it to grow.</param>
    /// <returns>The length of what it is now.</returns>
    public int Mutate(Span<byte> buffer, int length)
    {
        for (var changes = _random.Next(1, 5); changes > 0 && length > 0; changes--)
        {
            // The first bytes decide most: they are tried more often.
            var at = _random.Next(3) == 0 ? _random.Next(Math.Min(length, 14)) : _random.Next(length);
            length = Change(buffer, length, at);
        }

        if (length is > 1 and < 130 && _random.Next(2) == 0)
        {
            buffer[1] = (byte)(length - 2); // half of them with a length that fits, so that the body is what is tried
        }

        return length;
    }

    private int Change(Span<byte> buffer, int length, int at)
    {
        switch (_random.Next(9))
        {
            case 0:
                buffer[at] ^= (byte)(1 << _random.Next(8));
                return length;
            case 1:
                buffer[at] = (byte)_random.Next(256);
                return length;
            case 2:
                buffer[at] = Telling[_random.Next(Telling.Length)];
                return length;
            case 3:
                buffer[at] += (byte)(_random.Next(2) == 0 ? 1 : -1);
                return length;
            case 4:
                return Insert(buffer, length, at, 1, _random.Next(256));
            case 5:
                buffer[(at + 1)..length].CopyTo(buffer[at..]);
                return length - 1;
            case 6:
                return at; // cut
            case 7:
                return Insert(buffer, length, at, 1, Telling[_random.Next(Telling.Length)]);
            default:
                return Repeat(buffer, length, at);
        }
    }

    private static int Insert(Span<byte> buffer, int length, int at, int count, int value)
    {
        if (length + count > buffer.Length)
        {
            return length;
        }

        buffer[at..length].CopyTo(buffer[(at + count)..]);
        buffer.Slice(at, count).Fill((byte)value);
        return length + count;
    }

    /// <summary>A part once more: properties that stand twice, filters that stand twice.</summary>
    private int Repeat(Span<byte> buffer, int length, int at)
    {
        var count = Math.Min(_random.Next(1, 24), length - at);
        if (length + count > buffer.Length)
        {
            return length;
        }

        buffer[at..length].CopyTo(buffer[(at + count)..]);
        return length + count;
    }
}
