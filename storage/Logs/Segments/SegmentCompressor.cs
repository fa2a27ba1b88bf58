using System.Buffers;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Segments;

/// <summary>
/// Makes the compressed copy of a sealed segment, beside it. The copy is whole and on the disk when it takes the segment's name; whatever ends the
/// process before leaves the segment, and a leftover that the next opening removes.
/// </summary>
internal sealed class SegmentCompressor(LogCompression compression, StorageMetrics.ForLog metrics)
{
    private const string Extension = ".compressing";

    /// <summary>A smaller segment takes few blocks of the file system, and gains none or one.</summary>
    private const int LeastBytes = 16 * 1024;

    private const int SampledBlocks = 4;
    private const double MostWrittenPerAccepted = 1.2; // the budget of docs/adr/0130
    private const double MostOfSegment = 0.9;

    /// <summary>So much is handed to the disk at once, lest a sync of the log's wait behind a whole segment.</summary>
    private const int SyncEveryBytes = 1024 * 1024;

    /// <summary>Rest for each unit of work: a quarter of one core at most.</summary>
    private const int RestPerWork = 3;

    public static string PathOf(string segment) => segment + Extension;

    public static void RemoveLeftovers(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            File.Delete(path);
        }
    }

    /// <summary>The disk has room for the copy, and more: what is left is for records.</summary>
    /// <exception cref="IOException">The file system does not say.</exception>
    public static bool HasRoomFor(Segment segment) => new DriveInfo(Path.GetDirectoryName(segment.Path)!).AvailableFreeSpace >= 2 * segment.UsedBytes;

    /// <summary>Writes the compressed copy, if it is worth it.</summary>
    /// <returns>Bytes of the copy at <see cref="PathOf"/>; null where there is none.</returns>
    /// <exception cref="IOException">It could not be written; nothing is left of it.</exception>
    public async Task<long?> CompressAsync(Segment segment, Func<bool> isWanted)
    {
        using var source = SegmentFile.Open(segment);
        if (source.IsCompressed || segment.ReadableBytes < LeastBytes || source.ReadFooter() is not { } footer || !IsWorthIt(segment, source))
        {
            return null;
        }

        var path = PathOf(segment.Path);
        var target = DiskFile.OpenWrite(path, FileMode.Create);
        try
        {
            using (target)
            {
                if (await WriteAsync(segment, source, footer, target, isWanted) is { } bytes && bytes <= segment.UsedBytes * MostOfSegment)
                {
                    return bytes;
                }
            }
        }
        catch
        {
            File.Delete(path);
            throw;
        }

        File.Delete(path);
        return null;
    }

    private static async Task RestAsync(long began) =>
        await Task.Delay(Stopwatch.GetElapsedTime(began) * RestPerWork, TimeProvider.System); // real time: it is a real core that is spared

    private bool IsWorthIt(Segment segment, SegmentFile source)
    {
        var recordBytes = segment.ReadableBytes - SegmentHeader.Bytes;
        var stored = recordBytes * SampleRatio(segment, source);
        var accepted = recordBytes - ((segment.NextOffset - segment.FirstOffset) * RecordFormat.HeaderBytes);
        return compression == LogCompression.Always
            ? stored <= recordBytes * MostOfSegment
            : segment.UsedBytes + stored <= accepted * MostWrittenPerAccepted;
    }

    private static double SampleRatio(Segment segment, SegmentFile source)
    {
        var blocks = CompressedBlock.CountOf(segment.ReadableBytes);
        var step = Math.Max(1, blocks / SampledBlocks);
        var plain = ArrayPool<byte>.Shared.Rent(CompressedBlock.Bytes);
        var packed = ArrayPool<byte>.Shared.Rent(CompressedBlock.MostStoredBytes);
        long before = 0, after = 0;
        for (var block = 0; block < blocks; block += step)
        {
            var length = source.Read(plain.AsSpan(0, CompressedBlock.LengthOf(block, segment.ReadableBytes)), PositionOf(block));
            before += length;
            after += CompressedBlock.Write(packed, block, plain.AsSpan(0, length), segment.Salt);
        }

        ArrayPool<byte>.Shared.Return(plain);
        ArrayPool<byte>.Shared.Return(packed);
        return after / (double)before;
    }

    private static long PositionOf(int block) => SegmentHeader.Bytes + ((long)block * CompressedBlock.Bytes);

    /// <returns>Bytes written, synced; null where the segment is not wanted any more.</returns>
    private async Task<long?> WriteAsync(Segment segment, SegmentFile source, SegmentFooter footer, SafeFileHandle target, Func<bool> isWanted)
    {
        var header = new byte[SegmentHeader.Bytes];
        new SegmentHeader(segment.FirstOffset, segment.Salt, IsCompressed: true).Write(header);
        RandomAccess.Write(target, header, 0);
        var positions = new uint[CompressedBlock.CountOf(footer.RecordsEnd) + 1];
        long end = SegmentHeader.Bytes, synced = 0;
        var plain = new byte[CompressedBlock.Bytes];
        var packed = new byte[CompressedBlock.MostStoredBytes];
        for (var block = 0; block < positions.Length - 1; block++)
        {
            var began = Stopwatch.GetTimestamp();
            var length = CompressedBlock.LengthOf(block, footer.RecordsEnd);
            if (!isWanted() || source.Read(plain.AsSpan(0, length), PositionOf(block)) != length)
            {
                return null;
            }

            positions[block] = (uint)end;
            var stored = CompressedBlock.Write(packed, block, plain.AsSpan(0, length), segment.Salt);
            RandomAccess.Write(target, packed.AsSpan(0, stored), end);
            metrics.Written(stored);
            end += stored;
            if (end - synced >= SyncEveryBytes)
            {
                DiskFile.SyncData(target);
                metrics.Synced(1);
                synced = end;
            }

            await RestAsync(began);
        }

        positions[^1] = (uint)end;
        byte[] tail = [.. BlockTable.ToBytes(positions, segment.Salt), .. footer.ToBytes(segment.Salt)];
        RandomAccess.Write(target, tail, end);
        metrics.Written(SegmentHeader.Bytes + tail.Length);
        DiskFile.SyncData(target);
        metrics.Synced(1);
        return end + tail.Length;
    }
}
