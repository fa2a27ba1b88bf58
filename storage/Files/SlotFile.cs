using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Roost.Storage.Files;

/// <summary>
/// A small document that is replaced often: two slots in one file, written in turn, so that whatever a power cut leaves of one, the other
/// has the document before. A write costs one sync and no new space. Layout: docs/formats/slot-file.md. One thread at a time.
/// </summary>
public sealed class SlotFile : IDisposable
{
    private const int HeaderBytes = 20;
    private const int Page = 4096;

    private readonly SafeFileHandle _file;
    private readonly int _spacing;
    private readonly bool _sync;
    private readonly WriteCount _count;
    private readonly byte[] _slot;
    private long _sequence;

    private SlotFile(SafeFileHandle file, int capacity, bool sync, WriteCount count)
    {
        _file = file;
        _sync = sync;
        _count = count;
        Capacity = capacity;
        _spacing = Spacing(capacity);
        _slot = new byte[HeaderBytes + capacity];
    }

    /// <summary>Largest document, in bytes.</summary>
    public int Capacity { get; }

    /// <summary>What was written last; empty in a new file.</summary>
    public ReadOnlyMemory<byte> Document { get; private set; }

    private static ReadOnlySpan<byte> Magic => "RSLT"u8;

    /// <param name="path">The file; made, with its folder and all its space, where it is not there.</param>
    /// <param name="capacity">Largest document in bytes; the same each time.</param>
    /// <param name="sync">Whether a write survives a power cut, not only the end of the process.</param>
    /// <param name="metrics">Counts what is written, by the file's name without extension.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">Neither slot can be read.</exception>
    public static SlotFile Open(string path, int capacity, bool sync, StorageMetrics? metrics = null)
    {
        DiskFile.CreateFolder(Path.GetDirectoryName(path)!);
        var file = DiskFile.OpenWrite(path, FileMode.OpenOrCreate);
        try
        {
            var slots = new SlotFile(file, capacity, sync, StorageMetrics.Counting(metrics, StorageKind.File, Path.GetFileNameWithoutExtension(path)));
            slots.Read(path);
            return slots;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <exception cref="ArgumentException">The document is larger than <see cref="Capacity"/>.</exception>
    /// <exception cref="IOException">The disk refused. The document before stands; writing again may succeed, for it goes to the same slot.</exception>
    public void Write(ReadOnlySpan<byte> document)
    {
        if (document.Length > Capacity)
        {
            throw new ArgumentException($"A document of {document.Length} bytes does not fit the {Capacity} of its slot.", nameof(document));
        }

        var sequence = _sequence + 1;
        var slot = _slot.AsSpan(0, HeaderBytes + document.Length);
        Magic.CopyTo(slot);
        BinaryPrimitives.WriteInt64LittleEndian(slot[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(slot[16..], document.Length);
        document.CopyTo(slot[HeaderBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], Crc32C.Compute(0, slot[8..]));
        RandomAccess.Write(_file, slot, sequence % 2 == 1 ? 0 : _spacing);
        if (_sync)
        {
            DiskFile.SyncData(_file);
            _count.Synced(1);
        }

        _count.Written(slot.Length);
        _count.Committed(1);
        _sequence = sequence;
        Document = document.ToArray();
    }

    public void Dispose() => _file.Dispose();

    private static int Spacing(int capacity) => (HeaderBytes + capacity + Page - 1) / Page * Page; // slots share no page, so no torn sector has both

    private void Read(string path)
    {
        var bytes = new byte[_spacing * 2];
        var read = DiskFile.Read(_file, bytes, 0);
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0))
        {
            if (read < bytes.Length)
            {
                RandomAccess.Write(_file, bytes, 0); // space for both slots now, so that a write on a full disk finds it
                DiskFile.SyncData(_file);
                DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
            }

            return;
        }

        var (first, second) = (Sequence(bytes.AsSpan(0, _spacing)), Sequence(bytes.AsSpan(_spacing)));
        _sequence = Math.Max(first, second);
        if (_sequence == 0)
        {
            throw new InvalidDataException($"{path} is damaged: neither of its slots can be read. Remove it to begin anew.");
        }

        var slot = bytes.AsMemory(first > second ? 0 : _spacing);
        Document = slot.Slice(HeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(slot.Span[16..]));
    }

    /// <returns>0 when the slot is empty or not sound.</returns>
    private long Sequence(ReadOnlySpan<byte> slot)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(slot[16..]);
        return slot.StartsWith(Magic) && length >= 0 && length <= Capacity
            && BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]) == Crc32C.Compute(0, slot[8..(HeaderBytes + length)])
            ? BinaryPrimitives.ReadInt64LittleEndian(slot[8..])
            : 0;
    }
}
