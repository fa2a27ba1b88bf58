using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs.Damage;

/// <summary>Writes what is sound in a damaged segment into a new file beside it, and puts that in its place; the damaged one is kept under another name.</summary>
internal static class SegmentRepair
{
    private const string Extension = ".repairing";
    private const string AsideExtension = ".damaged";
    private const int WriteBytes = 256 * 1024;

    public static string PathOf(string segment) => segment + Extension;

    public static void RemoveLeftovers(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            File.Delete(path);
        }
    }

    /// <summary>Writes the new file; it is on the disk when this returns.</summary>
    public static void Write(SegmentExamination examination, StorageMetrics.ForLog metrics)
    {
        var segment = examination.Segment;
        var header = new SegmentHeader(segment.FirstOffset, SegmentWriter.NewSalt());
        var (index, first, last) = (new SegmentIndex(), 0L, 0L);
        var path = PathOf(segment.Path);
        try
        {
            using var file = DiskFile.OpenWrite(path, FileMode.Create);
            var buffer = new List<byte>(WriteBytes * 2);
            var start = new byte[SegmentHeader.Bytes];
            header.Write(start);
            buffer.AddRange(start);
            long written = 0;
            foreach (var (at, length) in examination.Records)
            {
                var record = examination.Image.Bytes.AsSpan(at, length);
                index.Add(RecordFormat.ReadOffset(record), (uint)(written + buffer.Count));
                last = RecordFormat.ReadTimestamp(record);
                first = first == 0 ? last : first;
                RecordFormat.Stamp(record, SegmentHeader.Bytes, header.Salt);
                buffer.AddRange(record);
                if (buffer.Count >= WriteBytes)
                {
                    RandomAccess.Write(file, buffer.ToArray(), written);
                    written += buffer.Count;
                    buffer.Clear();
                }
            }

            // The records end before the footer, whose offsets are those of the segment as it was: what follows it follows it still.
            var end = (uint)(written + buffer.Count);
            var footer = new SegmentFooter(end, segment.NextOffset, first == 0 ? segment.LastTimestamp : first, Math.Max(last, segment.LastTimestamp), index.ToArray());
            buffer.AddRange(footer.ToBytes(header.Salt));
            RandomAccess.Write(file, buffer.ToArray(), written);
            metrics.Written(written + buffer.Count);
            DiskFile.SyncData(file);
            metrics.Synced(1);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>The new file takes the segment's name; the damaged one has another from before that moment on.</summary>
    /// <returns>Where the damaged one is; null where the segment was missing.</returns>
    public static string? Swap(string segment)
    {
        string? aside = null;
        if (File.Exists(segment))
        {
            aside = segment + AsideExtension;
            for (var number = 2; File.Exists(aside); number++)
            {
                aside = $"{segment}{AsideExtension}.{number}";
            }

            DiskFile.Link(segment, aside);
        }

        File.Move(PathOf(segment), segment, overwrite: true);
        DiskFile.SyncFolder(Path.GetDirectoryName(segment)!);
        return aside;
    }
}
