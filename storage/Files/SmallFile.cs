using System.Buffers.Binary;

namespace Roost.Storage.Files;

/// <summary>A few bytes that are replaced as a whole: after a power cut there are the old ones or the new ones. Begins with a magic and a checksum.</summary>
internal static class SmallFile
{
    private const int HeadBytes = 8;
    private const string Extension = ".new";

    /// <returns>Null where there is none, or none that is sound.</returns>
    public static byte[]? TryRead(string path, ReadOnlySpan<byte> magic)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var bytes = File.ReadAllBytes(path);
        return bytes.Length >= HeadBytes && bytes.AsSpan().StartsWith(magic) && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)) == Crc32C.Compute(0, bytes.AsSpan(HeadBytes))
            ? bytes[HeadBytes..]
            : null;
    }

    /// <summary>On the disk when it returns.</summary>
    /// <param name="magic">Four bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(string path, ReadOnlySpan<byte> magic, ReadOnlySpan<byte> content)
    {
        var bytes = new byte[HeadBytes + content.Length];
        magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32C.Compute(0, content));
        content.CopyTo(bytes.AsSpan(HeadBytes));
        using (var file = DiskFile.OpenWrite(path + Extension, FileMode.Create))
        {
            RandomAccess.Write(file, bytes, 0);
            DiskFile.SyncData(file);
        }

        File.Move(path + Extension, path, overwrite: true);
        DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
        return bytes.Length;
    }
}
