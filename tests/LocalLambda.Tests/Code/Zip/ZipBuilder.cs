using System.IO.Compression;
using System.Text;
using Roost.LocalLambda.Code.Zip;

namespace Roost.LocalLambda.Tests.Code.Zip;

/// <summary>Writes zips byte by byte, also such as no tool writes.</summary>
internal sealed class ZipBuilder
{
    private readonly List<Entry> _entries = [];

    public byte[] Before { get; set; } = [];

    public byte[] After { get; set; } = [];

    public string Comment { get; set; } = "";

    /// <summary>Null: as many as there are.</summary>
    public int? Count { get; set; }

    public bool IsZip64 { get; set; }

    public static byte[] Of(string name, string content = "x") => new ZipBuilder().Add(name, content).ToArray();

    public ZipBuilder Add(string name, string content = "x", Action<Entry>? change = null) => Add(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(content), change);

    public ZipBuilder Add(byte[] name, byte[] content, Action<Entry>? change = null)
    {
        var entry = new Entry { Name = name, LocalName = name, Content = content, Bytes = content.Length, Checksum = Crc32.Append(0, content) };
        change?.Invoke(entry);
        _entries.Add(entry);
        return this;
    }

    public ZipBuilder Link(string name, string target) => Add(name, target, entry => entry.Mode = 0xA1FF);

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Before);
        foreach (var entry in _entries)
        {
            entry.Offset ??= (uint)stream.Position;
            entry.Packed ??= entry.Method == 8 ? Deflate(entry.Content) : entry.Content;
            writer.Write(0x04034B50u);
            writer.Write((ushort)20);
            writer.Write(entry.Flags);
            writer.Write(entry.Method);
            writer.Write(0u);
            writer.Write(entry.Checksum);
            writer.Write((uint)entry.Packed.Length);
            writer.Write((uint)entry.Bytes);
            writer.Write((ushort)entry.LocalName.Length);
            writer.Write((ushort)0);
            writer.Write(entry.LocalName);
            writer.Write(entry.Packed);
        }

        var directory = stream.Position;
        foreach (var entry in _entries)
        {
            writer.Write(0x02014B50u);
            writer.Write((byte)45);
            writer.Write(entry.MadeOn);
            writer.Write((ushort)20);
            writer.Write(entry.Flags);
            writer.Write(entry.Method);
            writer.Write(0u);
            writer.Write(entry.Checksum);
            writer.Write(IsZip64 ? uint.MaxValue : (uint)(entry.PackedBytes ?? entry.Packed!.Length));
            writer.Write(IsZip64 ? uint.MaxValue : (uint)entry.Bytes);
            writer.Write((ushort)entry.Name.Length);
            writer.Write((ushort)(IsZip64 ? 28 : 0));
            writer.Write(0u);
            writer.Write((ushort)0);
            writer.Write((uint)entry.Mode << 16);
            writer.Write(IsZip64 ? uint.MaxValue : entry.Offset!.Value);
            writer.Write(entry.Name);
            if (IsZip64)
            {
                writer.Write((ushort)1);
                writer.Write((ushort)24);
                writer.Write(entry.Bytes);
                writer.Write((long)entry.Packed!.Length);
                writer.Write((long)entry.Offset!.Value);
            }
        }

        var (end, count) = (stream.Position, Count ?? _entries.Count);
        if (IsZip64)
        {
            writer.Write(0x06064B50u);
            writer.Write(44L);
            writer.Write(0x002D002Du);
            writer.Write(0L);
            writer.Write((long)count);
            writer.Write((long)count);
            writer.Write(end - directory);
            writer.Write(directory);
            writer.Write(0x07064B50u);
            writer.Write(0u);
            writer.Write(end);
            writer.Write(1u);
        }

        writer.Write(0x06054B50u);
        writer.Write(0u);
        writer.Write(IsZip64 ? ushort.MaxValue : (ushort)count);
        writer.Write(IsZip64 ? ushort.MaxValue : (ushort)count);
        writer.Write(IsZip64 ? uint.MaxValue : (uint)(end - directory));
        writer.Write(IsZip64 ? uint.MaxValue : (uint)directory);
        writer.Write((ushort)Comment.Length);
        writer.Write(Encoding.ASCII.GetBytes(Comment));
        writer.Write(After);
        return stream.ToArray();
    }

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    public sealed class Entry
    {
        public required byte[] Name { get; set; }

        public required byte[] LocalName { get; set; }

        public required byte[] Content { get; set; }

        public byte[]? Packed { get; set; }

        public long? PackedBytes { get; set; }

        public uint? Offset { get; set; }

        public required long Bytes { get; set; }

        public required uint Checksum { get; set; }

        public ushort Method { get; set; } = 8;

        public ushort Flags { get; set; }

        public byte MadeOn { get; set; } = 3;

        public ushort Mode { get; set; } = 0x81A4; // a file, 0644
    }
}
