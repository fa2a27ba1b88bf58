using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// A segment's file, open for reading by the positions at which its records were written, compressed or not. It goes on with the file that it
/// has opened when another takes its name, or none does. For one thread at a time.
/// </summary>
internal sealed class SegmentFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SegmentHeader _header;
    private readonly uint[]? _blocks;
    private readonly long _recordsEnd;
    private byte[]? _block;      // rented; the block read last
    private int _blockNumber = -1;
    private int _blockBytes;

    private SegmentFile(SafeFileHandle file, SegmentHeader header, uint[]? blocks, long recordsEnd)
    {
        _file = file;
        _header = header;
        _blocks = blocks;
        _recordsEnd = recordsEnd;
    }

    public bool IsCompressed => _blocks is not null;

    /// <summary>Of the file that was opened: where a repair has put another in the place of the segment's, not the segment's.</summary>
    public uint Salt => _header.Salt;

    public bool HeaderIsSound { get; private init; } = true;

    /// <summary>Lets the kernel drop what it holds of the file in memory, so that the disk is asked, and other files' pages stay.</summary>
    public void ForgetCached() => DiskFile.ForgetCached(_file);

    /// <exception cref="FileNotFoundException">The segment was trimmed.</exception>
    /// <exception cref="CorruptLogException">It is compressed, and where its blocks lie cannot be read.</exception>
    public static SegmentFile Open(Segment segment)
    {
        var file = DiskFile.OpenRead(segment.Path);
        try
        {
            Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
            var read = DiskFile.Read(file, bytes, 0);
            var headerIsSound = SegmentHeader.TryRead(bytes[..read], out var header) is null;
            if (!headerIsSound)
            {
                // Sound when the log was opened. Its records tell by themselves whether they are.
                header = new SegmentHeader(segment.FirstOffset, segment.Salt);
            }

            if (!header.IsCompressed)
            {
                return new SegmentFile(file, header, null, 0) { HeaderIsSound = headerIsSound };
            }

            var footer = SegmentFooter.TryReadAtEnd(file, header);
            var blocks = footer is null ? null : BlockTable.TryRead(file, footer, header.Salt);
            return blocks is null
                ? throw new CorruptLogException(segment.Path, segment.FirstOffset, "the table of its blocks cannot be read")
                : new SegmentFile(file, header, blocks, footer!.RecordsEnd);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <returns>Null where there is no sound footer.</returns>
    public SegmentFooter? ReadFooter() => SegmentFooter.TryReadAtEnd(_file, _header);

    /// <summary>Where in the file that lies, or the block that holds it.</summary>
    public long FilePositionOf(long position) =>
        _blocks is { } blocks && CompressedBlock.Find(position).Block is var block && block < blocks.Length ? blocks[block] : position;

    /// <summary>Reads until <paramref name="buffer"/> is full, or the records end, or a block of them is damaged.</summary>
    public int Read(Span<byte> buffer, long position)
    {
        if (_blocks is null)
        {
            return DiskFile.Read(_file, buffer, position);
        }

        var total = 0;
        while (total < buffer.Length && position + total < _recordsEnd)
        {
            var (block, within) = CompressedBlock.Find(position + total);
            var wanted = buffer[total..];
            if (within == 0 && wanted.Length >= CompressedBlock.LengthOf(block, _recordsEnd) && block != _blockNumber)
            {
                var direct = ReadBlock(block, wanted);
                if (direct < 0)
                {
                    break;
                }

                total += direct;
                continue;
            }

            if (!Enter(block))
            {
                break;
            }

            var part = _block.AsSpan(within, Math.Min(_blockBytes - within, wanted.Length));
            part.CopyTo(wanted);
            total += part.Length;
        }

        return total;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (_block is not null)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = null;
        }
    }

    private bool Enter(int block)
    {
        if (block == _blockNumber)
        {
            return true;
        }

        _block ??= ArrayPool<byte>.Shared.Rent(CompressedBlock.Bytes);
        _blockNumber = -1;
        _blockBytes = ReadBlock(block, _block);
        if (_blockBytes < 0)
        {
            return false;
        }

        _blockNumber = block;
        return true;
    }

    /// <returns>Bytes of records, all that the block has; -1 where it is damaged.</returns>
    private int ReadBlock(int block, Span<byte> target)
    {
        var length = (int)Math.Min(_blocks![block + 1] - (long)_blocks[block], CompressedBlock.MostStoredBytes);
        if (length <= 0)
        {
            return -1;
        }

        var stored = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var read = DiskFile.Read(_file, stored.AsSpan(0, length), _blocks[block]);
            var expected = CompressedBlock.LengthOf(block, _recordsEnd);
            return CompressedBlock.TryRead(stored.AsSpan(0, read), _header.Salt, target[..expected], out var number, out _) == expected && number == block ? expected : -1;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
        }
    }
}
