using System.Buffers.Binary;

namespace Roost.LocalLambda.Code.Zip;

/// <summary>
/// Reads a zip's central directory (PKWARE's APPNOTE 6.3, chapter 4.3), zip64 included. The directory must end where the zip's end record begins, and that
/// one at the end of the file: what stands before, between or behind would be seen by other readers than this one.
/// </summary>
internal sealed class ZipDirectory
{
    private const uint EndSignature = 0x06054B50;
    private const uint End64Signature = 0x06064B50;
    private const uint Locator64Signature = 0x07064B50;
    private const uint HeaderSignature = 0x02014B50;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int Locator64Bytes = 20;
    private const int HeaderBytes = 46;
    private const int MaxCommentBytes = ushort.MaxValue;
    private const ushort Zip64Field = 1;

    // General purpose flags: 0 encrypted, 6 strongly encrypted, 13 the directory is encrypted too, 5 a patch of another file.
    private const int EncryptedFlags = 0x2041;
    private const int PatchFlag = 0x20;

    // In the high half of the external attributes when the zip was made on a Unix.
    private const int TypeMask = 0xF000;
    private const int TypeLink = 0xA000;
    private const int TypeFolder = 0x4000;
    private const int TypeFile = 0x8000;
    private const int AnyExecute = 0x49;
    private const byte MadeOnUnix = 3;
    private const byte MadeOnDarwin = 19;

    private readonly FileStream _zip;
    private readonly List<ZipEntry> _entries = [];

    private ZipDirectory(FileStream zip) => _zip = zip;

    /// <summary>The entries in the order in which they lie in the zip.</summary>
    public IReadOnlyList<ZipEntry> Entries => _entries;

    /// <summary>Where the directory begins: entries end before.</summary>
    public long Offset { get; private set; }

    /// <exception cref="InvalidCodeException">It is no zip, or one that is damaged, or holds what is not taken.</exception>
    public static ZipDirectory Read(FileStream zip)
    {
        var directory = new ZipDirectory(zip);
        directory.Read();
        return directory;
    }

    public static InvalidCodeException Refuse(string name, string reason)
    {
        const int MaxShown = 120;
        return new($"entry '{(name.Length <= MaxShown ? name : name[..MaxShown] + "...")}' {reason}");
    }

    private void Read()
    {
        var (count, bytes) = ReadEnd();
        if (count > FolderCopy.MaxEntries)
        {
            throw new InvalidCodeException($"it has {count} entries, of which {FolderCopy.MaxEntries} are allowed; leave out what the function does not need");
        }

        var tree = new ZipTree();
        var end = Offset + bytes;
        _zip.Position = Offset;
        while (_zip.Position < end)
        {
            if (_entries.Count == count)
            {
                throw new InvalidCodeException("its directory has more entries than its end says");
            }

            var entry = ReadEntry(end);
            if (tree.Add(entry) is { } reason)
            {
                throw Refuse(entry.StoredName, reason);
            }

            _entries.Add(entry);
        }

        if (_entries.Count != count)
        {
            throw new InvalidCodeException("its directory has fewer entries than its end says");
        }

        _entries.Sort((one, other) => one.Offset.CompareTo(other.Offset));
    }

    /// <summary>Finds the directory.</summary>
    private (long Count, long Bytes) ReadEnd()
    {
        var tail = new byte[(int)Math.Min(_zip.Length, EndBytes + MaxCommentBytes)];
        _zip.Position = _zip.Length - tail.Length;
        _zip.ReadExactly(tail);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndBytes)
            {
                return ReadEnd(end, _zip.Length - tail.Length + at);
            }
        }

        throw new InvalidCodeException("it is no zip, or it is cut off, or other bytes follow it");
    }

    private (long Count, long Bytes) ReadEnd(ReadOnlySpan<byte> end, long position)
    {
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long bytes = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        Offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        long disks = BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) | BinaryPrimitives.ReadUInt16LittleEndian(end[6..]);
        long countHere = BinaryPrimitives.ReadUInt16LittleEndian(end[8..]);
        if (count == ushort.MaxValue || bytes == uint.MaxValue || Offset == uint.MaxValue)
        {
            Span<byte> locator = stackalloc byte[Locator64Bytes];
            ReadAt(position - Locator64Bytes, locator);
            var position64 = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
            Span<byte> end64 = stackalloc byte[End64Bytes];
            if (BinaryPrimitives.ReadUInt32LittleEndian(locator) == Locator64Signature && position64 == position - Locator64Bytes - End64Bytes)
            {
                ReadAt(position64, end64);
                if (BinaryPrimitives.ReadUInt32LittleEndian(end64) == End64Signature)
                {
                    position = position64;
                    disks = BinaryPrimitives.ReadUInt32LittleEndian(end64[16..]) | BinaryPrimitives.ReadUInt32LittleEndian(end64[20..]);
                    countHere = BinaryPrimitives.ReadInt64LittleEndian(end64[24..]);
                    count = BinaryPrimitives.ReadInt64LittleEndian(end64[32..]);
                    bytes = BinaryPrimitives.ReadInt64LittleEndian(end64[40..]);
                    Offset = BinaryPrimitives.ReadInt64LittleEndian(end64[48..]);
                }
            }
        }

        if (disks != 0 || countHere != count)
        {
            throw new InvalidCodeException("it is one part of several; zip it into one file");
        }

        if (bytes < 0 || Offset < 0 || Offset > position || bytes != position - Offset)
        {
            throw new InvalidCodeException("its directory is not where its end says; other bytes may stand before or in it");
        }

        return count == 0 ? throw new InvalidCodeException("it is empty") : (count, bytes);
    }

    private ZipEntry ReadEntry(long end)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (end - _zip.Position < HeaderBytes)
        {
            throw Damaged();
        }

        _zip.ReadExactly(header);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != HeaderSignature || end - _zip.Position < nameLength + extraLength + commentLength)
        {
            throw Damaged();
        }

        var rest = new byte[nameLength + extraLength];
        _zip.ReadExactly(rest);
        _zip.Position += commentLength;
        var nameBytes = rest.AsSpan(0, nameLength);
        if (!ZipName.TryDecode(nameBytes, out var name))
        {
            throw Refuse(ZipName.Shown(nameBytes), "has a name that is not UTF-8; zip it with a tool that writes UTF-8");
        }

        if (ZipName.Check(name, out var path) is { } fault)
        {
            throw Refuse(ZipName.Shown(nameBytes), fault);
        }

        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        if ((flags & EncryptedFlags) != 0)
        {
            throw Refuse(name, "is encrypted; zip it without a password");
        }

        if (method is not (0 or 8) || (flags & PatchFlag) != 0)
        {
            throw Refuse(name, $"is compressed by method {method}; use deflate, which every tool offers");
        }

        var (bytes, packedBytes, offset) = Sizes(header, rest.AsSpan(nameLength), name);
        var made = header[5];
        var mode = made is MadeOnUnix or MadeOnDarwin ? (int)(BinaryPrimitives.ReadUInt32LittleEndian(header[38..]) >> 16) : 0;
        var kind = KindOf(mode & TypeMask, name);
        if (kind == ZipEntryKind.Folder && bytes != 0)
        {
            throw Refuse(name, "is a folder with content of its own");
        }

        if (method == 0 && bytes != packedBytes)
        {
            throw Refuse(name, "is not compressed and has two sizes");
        }

        return new ZipEntry
        {
            StoredName = name,
            Path = path,
            Kind = kind,
            IsExecutable = (mode & AnyExecute) != 0,
            IsDeflated = method == 8,
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            PackedBytes = packedBytes,
            Bytes = bytes,
            Offset = offset,
        };
    }

    /// <summary>Sizes and place; those that do not fit 32 bits stand in the zip64 field, one after the other.</summary>
    private (long Bytes, long PackedBytes, long Offset) Sizes(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra, string name)
    {
        long bytes = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        var large = Zip64(extra);
        if (!Take(ref bytes, ref large) || !Take(ref packed, ref large) || !Take(ref offset, ref large) || offset > Offset || packed > Offset || bytes < 0)
        {
            throw Refuse(name, "lies where nothing can be: the zip is damaged");
        }

        return (bytes, packed, offset);

        static bool Take(ref long value, ref ReadOnlySpan<byte> large)
        {
            if (value != uint.MaxValue)
            {
                return true;
            }

            if (large.Length < sizeof(long))
            {
                return false;
            }

            value = BinaryPrimitives.ReadInt64LittleEndian(large);
            large = large[sizeof(long)..];
            return value >= 0;
        }
    }

    private static ReadOnlySpan<byte> Zip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
            {
                break;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == Zip64Field)
            {
                return extra.Slice(4, length);
            }

            extra = extra[(4 + length)..];
        }

        return [];
    }

    private static ZipEntryKind KindOf(int type, string name) => type switch
    {
        TypeLink => ZipEntryKind.Link,
        TypeFolder => ZipEntryKind.Folder,
        0 or TypeFile => name.EndsWith('/') ? ZipEntryKind.Folder : ZipEntryKind.File,
        _ => throw Refuse(name, "is a pipe, socket or device; a function holds files, folders and symbolic links only"),
    };

    private void ReadAt(long position, Span<byte> bytes)
    {
        if (position < 0 || position + bytes.Length > _zip.Length)
        {
            throw Damaged();
        }

        _zip.Position = position;
        _zip.ReadExactly(bytes);
    }

    private static InvalidCodeException Damaged() => new("its directory is damaged");
}
