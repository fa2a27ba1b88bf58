using System.Buffers.Binary;
using System.IO.Compression;

namespace Roost.Streams.Export.Files;

/// <summary>
/// A batch as a gzip member of its own (RFC 1952) whose extra field says which records it has and how long it is. Members follow each
/// other in a file, which any gzip unpacks as one; what was torn at its end is found without unpacking it. Layout: docs/formats/export-file.md.
/// </summary>
internal static class GzipMember
{
    private const int PlainHeaderBytes = 10;
    private const int FlagsAt = 3;
    private const byte HasExtra = 4;
    private const int FieldBytes = 24; // first, next, length of the member
    private const int ExtraBytes = 4 + FieldBytes;
    private const int HeaderBytes = PlainHeaderBytes + 2 + ExtraBytes;

    /// <param name="packed">As <see cref="GZipStream"/> makes it: one member, without extra fields.</param>
    public static byte[] Describe(ReadOnlySpan<byte> packed, long first, long next)
    {
        var member = new byte[packed.Length + HeaderBytes - PlainHeaderBytes];
        packed[..PlainHeaderBytes].CopyTo(member);
        member[FlagsAt] = HasExtra;
        BinaryPrimitives.WriteUInt16LittleEndian(member.AsSpan(PlainHeaderBytes), ExtraBytes);
        var field = member.AsSpan(PlainHeaderBytes + 2);
        (field[0], field[1]) = ((byte)'R', (byte)'o');
        BinaryPrimitives.WriteUInt16LittleEndian(field[2..], FieldBytes);
        BinaryPrimitives.WriteInt64LittleEndian(field[4..], first);
        BinaryPrimitives.WriteInt64LittleEndian(field[12..], next);
        BinaryPrimitives.WriteInt64LittleEndian(field[20..], member.Length);
        packed[PlainHeaderBytes..].CopyTo(member.AsSpan(HeaderBytes));
        return member;
    }

    /// <summary>Finds the end of the last whole member. Those before it were synced before it was begun; it alone may be torn, and is unpacked to see.</summary>
    public static PartContent Scan(FileStream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        var (start, end, next) = (0L, 0L, (long?)null);
        var (before, beforeNext) = (0L, (long?)null);
        while (TryReadHeader(file, end, header, out var memberNext, out var length))
        {
            (before, beforeNext) = (end, next);
            (start, end, next) = (end, end + length, memberNext);
        }

        return end == 0 || IsWhole(file, start, end) ? new PartContent(end, next) : new PartContent(before, beforeNext);
    }

    private static bool TryReadHeader(FileStream file, long at, Span<byte> header, out long next, out long length)
    {
        (next, length) = (0, 0);
        file.Position = at;
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes
            || header[0] != 0x1F || header[1] != 0x8B || header[FlagsAt] != HasExtra
            || BinaryPrimitives.ReadUInt16LittleEndian(header[PlainHeaderBytes..]) != ExtraBytes || header[PlainHeaderBytes + 2] != 'R' || header[PlainHeaderBytes + 3] != 'o')
        {
            return false;
        }

        var field = header[(PlainHeaderBytes + 2)..];
        next = BinaryPrimitives.ReadInt64LittleEndian(field[12..]);
        length = BinaryPrimitives.ReadInt64LittleEndian(field[20..]);
        return length > HeaderBytes && length <= file.Length - at;
    }

    private static bool IsWhole(FileStream file, long start, long end)
    {
        file.Position = start;
        try
        {
            using var unpacking = new GZipStream(new BoundedStream(file, end - start), CompressionMode.Decompress);
            unpacking.CopyTo(Stream.Null);
            return true;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }
}
