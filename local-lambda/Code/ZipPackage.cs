using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Roost.LocalLambda.Code.Zip;

namespace Roost.LocalLambda.Code;

/// <summary>
/// Unpacks a zip that anybody may have made. All names are judged before the first byte is written; files come before links, so that none is
/// written through one; and what is counted is what comes out, not what a header says.
/// </summary>
internal static class ZipPackage
{
    private const uint LocalSignature = 0x04034B50;
    private const int LocalBytes = 30;

    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="target">An empty folder. When the zip is refused it holds what was unpacked before the fault was found.</param>
    /// <param name="maxBytes">Of all files together, unpacked.</param>
    /// <exception cref="InvalidCodeException">The zip is damaged, too large, or holds what must not be; the message names the entry and the reason.</exception>
    public static void Unpack(string zip, string target, long maxBytes)
    {
        using var file = new FileStream(zip, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024);
        var directory = ZipDirectory.Read(file);
        if (directory.Entries.Sum(entry => Math.Min(entry.Bytes, maxBytes + 1)) > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var buffer = new byte[64 * 1024];
        List<(ZipEntry Entry, string Target)> links = [];
        long total = 0;
        for (var i = 0; i < directory.Entries.Count; i++)
        {
            var entry = directory.Entries[i];
            using var content = Open(file, entry, i + 1 < directory.Entries.Count ? directory.Entries[i + 1].Offset : directory.Offset);
            var path = Path.Combine(target, entry.Path);
            switch (entry.Kind)
            {
                case ZipEntryKind.Folder:
                    Directory.CreateDirectory(path);
                    break;
                case ZipEntryKind.Link:
                    using (var link = new MemoryStream())
                    {
                        total += Copy(content, link, entry, buffer, Math.Min(4096, maxBytes - total), maxBytes);
                        links.Add((entry, LinkTarget(entry, link)));
                    }

                    break;
                default:
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    using (var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
                    {
                        total += Copy(content, to, entry, buffer, maxBytes - total, maxBytes);
                    }

                    File.SetUnixFileMode(path, entry.IsExecutable ? ReadOnly | AnyExecute : ReadOnly);
                    break;
            }
        }

        foreach (var (entry, link) in links)
        {
            var path = Path.Combine(target, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.CreateSymbolicLink(path, link);
        }
    }

    /// <param name="end">Where the next entry begins: this one must be over by then.</param>
    private static Stream Open(FileStream file, ZipEntry entry, long end)
    {
        Span<byte> header = stackalloc byte[LocalBytes];
        if (end - entry.Offset < LocalBytes)
        {
            throw ZipDirectory.Refuse(entry.StoredName, "overlaps another");
        }

        file.Position = entry.Offset;
        file.ReadExactly(header);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var start = entry.Offset + LocalBytes + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature || (BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == 8) != entry.IsDeflated)
        {
            throw ZipDirectory.Refuse(entry.StoredName, "is not where the zip's directory says");
        }

        if (start + entry.PackedBytes > end)
        {
            throw ZipDirectory.Refuse(entry.StoredName, "overlaps another");
        }

        var name = new byte[nameLength];
        file.ReadExactly(name);
        if (!name.AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(entry.StoredName)))
        {
            throw ZipDirectory.Refuse(entry.StoredName, $"is called {ZipName.Shown(name)} at its place in the zip");
        }

        var packed = new FileSection(file, start, entry.PackedBytes);
        return entry.IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }

    /// <param name="most">How much of the room for all files is left.</param>
    private static long Copy(Stream from, Stream to, ZipEntry entry, byte[] buffer, long most, long maxBytes)
    {
        long copied = 0;
        uint checksum = 0;
        try
        {
            while (from.Read(buffer) is var read and > 0)
            {
                copied += read;
                if (copied > entry.Bytes)
                {
                    throw ZipDirectory.Refuse(entry.StoredName, "is larger than the zip's directory says");
                }

                if (copied > most)
                {
                    throw entry.Kind == ZipEntryKind.Link ? ZipDirectory.Refuse(entry.StoredName, "is a symbolic link to a path that is too long") : TooLarge(maxBytes);
                }

                checksum = Crc32.Append(checksum, buffer.AsSpan(0, read));
                to.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw ZipDirectory.Refuse(entry.StoredName, "cannot be decompressed: the zip is damaged");
        }

        if (copied != entry.Bytes || checksum != entry.Checksum)
        {
            throw ZipDirectory.Refuse(entry.StoredName, "is damaged: its size or its checksum is not what the zip's directory says");
        }

        return copied;
    }

    private static string LinkTarget(ZipEntry entry, MemoryStream content)
    {
        if (!ZipName.TryDecode(content.GetBuffer().AsSpan(0, (int)content.Length), out var target))
        {
            throw ZipDirectory.Refuse(entry.StoredName, "is a symbolic link to a name that is not UTF-8");
        }

        return ZipName.CheckLink(entry.Path, target) is { } fault ? throw ZipDirectory.Refuse(entry.StoredName, fault) : target;
    }

    private static InvalidCodeException TooLarge(long maxBytes) =>
        new($"unzipped size must be smaller than {maxBytes} bytes; leave out what the function does not need, or raise functions: max-code");
}
