using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Cursors;

/// <summary>
/// Two slots, written in turn: whatever a power cut leaves of one, the other has the position before. Layout: docs/formats/log-cursor.md.
/// </summary>
/// <remarks>
/// A failed write or sync is made good by the next, for that goes to the same slot again while the other stays untouched.
/// </remarks>
internal sealed class CursorFile : IDisposable
{
    public const int SlotBytes = 24;

    /// <summary>Slots lie in different pages and sectors, so that no torn sector has both.</summary>
    public const int SlotSpacing = 4096;

    private readonly SafeFileHandle _file;
    private readonly bool _sync;
    private readonly StorageMetrics.ForLog _metrics;
    private long _sequence;

    private CursorFile(SafeFileHandle file, bool sync, StorageMetrics.ForLog metrics, long sequence)
    {
        _file = file;
        _sync = sync;
        _metrics = metrics;
        _sequence = sequence;
    }

    private static ReadOnlySpan<byte> Magic => "RCUR"u8;

    /// <param name="position">What was written last, or <paramref name="startOffset"/> in a new file.</param>
    /// <param name="slotLost">One slot holds something that is no position: a write cut short, or damage.</param>
    /// <exception cref="InvalidDataException">Neither slot can be read.</exception>
    public static CursorFile Open(string path, long startOffset, bool sync, StorageMetrics.ForLog metrics, out long position, out bool slotLost)
    {
        var file = DiskFile.OpenWrite(path, FileMode.OpenOrCreate);
        try
        {
            var bytes = new byte[SlotSpacing + SlotBytes];
            var read = DiskFile.Read(file, bytes, 0);
            var first = ReadSlot(bytes.AsSpan(0, SlotBytes), out var firstPosition);
            var second = ReadSlot(bytes.AsSpan(SlotSpacing, SlotBytes), out var secondPosition);
            slotLost = (first is null && bytes.AsSpan(0, SlotSpacing).ContainsAnyExcept((byte)0))
                || (second is null && bytes.AsSpan(SlotSpacing).ContainsAnyExcept((byte)0));
            if (first is null && second is null)
            {
                if (slotLost)
                {
                    throw new InvalidDataException($"Cursor {path} is damaged: neither of its slots can be read. Remove the file to begin again at the start position.");
                }

                return Create(file, path, startOffset, sync, metrics, read, out position);
            }

            position = (first ?? 0) > (second ?? 0) ? firstPosition : secondPosition;
            return new CursorFile(file, sync, metrics, Math.Max(first ?? 0, second ?? 0));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <returns>The position in a file that nobody has open; null where neither slot can be read.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public static long? Peek(string path)
    {
        var bytes = File.ReadAllBytes(path);
        Array.Resize(ref bytes, SlotSpacing + SlotBytes);

        var first = ReadSlot(bytes.AsSpan(0, SlotBytes), out var firstPosition);
        var second = ReadSlot(bytes.AsSpan(SlotSpacing, SlotBytes), out var secondPosition);
        return first is null && second is null ? null : (first ?? 0) > (second ?? 0) ? firstPosition : secondPosition;
    }

    public void Write(long position)
    {
        Span<byte> slot = stackalloc byte[SlotBytes];
        var sequence = _sequence + 1;
        Magic.CopyTo(slot);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], sequence);
        BinaryPrimitives.WriteInt64LittleEndian(slot[16..], position);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], Checksum(slot));
        RandomAccess.Write(_file, slot, sequence % 2 == 1 ? 0 : SlotSpacing);
        _metrics.Written(slot.Length);
        if (_sync)
        {
            DiskFile.SyncData(_file);
            _metrics.Synced(1);
        }

        _sequence = sequence;
    }

    public void Dispose() => _file.Dispose();

    private static CursorFile Create(SafeFileHandle file, string path, long startOffset, bool sync, StorageMetrics.ForLog metrics, int read, out long position)
    {
        // Both slots get their space now, so that a commit on a full disk finds it.
        if (read < SlotSpacing + SlotBytes)
        {
            RandomAccess.Write(file, new byte[SlotSpacing + SlotBytes], 0);
        }

        var cursor = new CursorFile(file, sync, metrics, 0);
        cursor.Write(startOffset);
        DiskFile.SyncData(file);
        DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
        metrics.Synced(2);
        position = startOffset;
        return cursor;
    }

    private static long? ReadSlot(ReadOnlySpan<byte> slot, out long position)
    {
        position = BinaryPrimitives.ReadInt64LittleEndian(slot[16..]);
        return slot.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]) == Checksum(slot)
            ? BinaryPrimitives.ReadInt64LittleEndian(slot[8..])
            : null;
    }

    private static uint Checksum(ReadOnlySpan<byte> slot) => Crc32C.Compute(0, slot[8..SlotBytes]);
}
