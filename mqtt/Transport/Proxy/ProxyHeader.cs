using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Transport.Proxy;

/// <summary>
/// The PROXY protocol's header, version 1 (a line of text) or 2 (binary), by the specification of HAProxy: who the client is that a proxy
/// connects for. Pure.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>Of either version, with what TLVs a proxy may add. The specification wants 536 at least to be taken.</summary>
    public const int MaxBytes = 4096;

    private const int MaxTextBytes = 107; // section 2.1
    private const int FixedBytes = 16;
    private const byte LocalCommand = 0x20;
    private const byte ProxyCommand = 0x21;
    private const int InternetFamily = 1;
    private const int Internet6Family = 2;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> TextSignature => "PROXY "u8;

    /// <param name="bytes">From the connection's first byte on.</param>
    /// <param name="length">Of a complete header: its bytes. <see cref="DecodeStatus.NeedMore"/> means that all of <paramref name="bytes"/> belong to it.</param>
    /// <param name="client">Null: the proxy speaks for itself (a health check), or does not know.</param>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        if (StartsLike(bytes, Signature))
        {
            return bytes.Length < FixedBytes ? DecodeStatus.NeedMore : TryReadBinary(bytes, out length, out client);
        }

        return StartsLike(bytes, TextSignature) ? TryReadText(bytes, out length, out client) : DecodeStatus.Malformed;
    }

    /// <summary>What a proxy would begin with.</summary>
    public static bool IsLike(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Signature) || bytes.StartsWith(TextSignature);

    private static bool StartsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) =>
        bytes.Length < signature.Length ? signature.StartsWith(bytes) : bytes.StartsWith(signature);

    private static DecodeStatus TryReadBinary(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        client = null;
        length = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (length > MaxBytes || bytes[12] is not (LocalCommand or ProxyCommand))
        {
            return DecodeStatus.Malformed;
        }

        if (bytes.Length < length)
        {
            return DecodeStatus.NeedMore;
        }

        if (bytes[12] == LocalCommand)
        {
            return DecodeStatus.Complete;
        }

        var addresses = bytes[FixedBytes..length]; // source, destination, their ports, then TLVs, which nobody here needs
        return (bytes[13] >> 4) switch
        {
            InternetFamily => TryReadAddress(addresses, 4, out client),
            Internet6Family => TryReadAddress(addresses, 16, out client),
            _ => DecodeStatus.Complete, // unspecified, or a unix socket of the proxy's machine
        };
    }

    private static DecodeStatus TryReadAddress(ReadOnlySpan<byte> addresses, int size, out IPEndPoint? client)
    {
        client = null;
        if (addresses.Length < (2 * size) + 4)
        {
            return DecodeStatus.Malformed;
        }

        client = new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..]));
        return DecodeStatus.Complete;
    }

    private static DecodeStatus TryReadText(ReadOnlySpan<byte> bytes, out int length, out IPEndPoint? client)
    {
        client = null;
        length = 0;
        var end = bytes[..Math.Min(bytes.Length, MaxTextBytes)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MaxTextBytes ? DecodeStatus.NeedMore : DecodeStatus.Malformed;
        }

        length = end + 2;
        var words = Encoding.ASCII.GetString(bytes[..end]).Split(' ');
        if (words[1] == "UNKNOWN")
        {
            return DecodeStatus.Complete;
        }

        var isKnown = words is [_, "TCP4" or "TCP6", _, _, _, _]
            && IPAddress.TryParse(words[2], out var address)
            && ushort.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && (client = new IPEndPoint(address, port)) is not null;
        return isKnown ? DecodeStatus.Complete : DecodeStatus.Malformed;
    }
}
