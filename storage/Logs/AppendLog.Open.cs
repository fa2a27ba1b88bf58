using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Damage;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

public sealed partial class AppendLog
{
    private const string AsideExtension = ".damaged";

    /// <summary>By which it was opened; for what is kept beside it. Null: nobody counts.</summary>
    public StorageMetrics? StorageMetrics { get; private init; }

    /// <summary>Segments below <see cref="AppendLogOptions.NeededFrom"/> that were set aside when the log was opened, as one of them is damaged or missing.</summary>
    public int SegmentsSetAside { get; private init; }

    /// <summary>
    /// Opens the log in <paramref name="folder"/>, or makes an empty one. Reads the last segment whole and of the others only header and
    /// footer; the rest of a write that was cut short is cut off, with a warning.
    /// </summary>
    /// <exception cref="CorruptLogException">What was acknowledged is damaged. Damage within a sealed segment shows when it is read.</exception>
    /// <exception cref="IOException">The folder is in use, or cannot be read or written.</exception>
    /// <exception cref="ArgumentException">An option is out of bounds.</exception>
    public static AppendLog Open(string folder, AppendLogOptions options, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        if (string.Join(' ', options.Faults()) is { Length: > 0 } faults)
        {
            throw new ArgumentException(faults, nameof(options));
        }

        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        DiskFile.CreateFolder(folder);
        var folderLock = FolderLock.Take(folder);
        var logMetrics = new StorageMetrics.ForLog(metrics, options.Name ?? Path.GetFileName(folder));
        try
        {
            SegmentCompressor.RemoveLeftovers(folder);
            SegmentRepair.RemoveLeftovers(folder);
            var files = Segment.List(folder);
            var aside = SetAsideDamaged(files, options.NeededFrom, logger);
            var segments = OpenSegments(folder, files, options, logger, logMetrics, out var writer);
            var log = new AppendLog(folder, options, clock, logger, logMetrics, folderLock, segments, writer) { StorageMetrics = metrics, SegmentsSetAside = aside };
            log.BeginWatch();
            return log;
        }
        catch
        {
            logMetrics.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    private static bool FillsAhead(AppendLogOptions options) => options.Durability == Durability.PowerLoss;

    /// <summary>Takes segments that nobody needs off the front of <paramref name="files"/>, up to the last one that is damaged or has a gap behind it.</summary>
    private static int SetAsideDamaged(List<(long FirstOffset, string Path)> files, long neededFrom, ILogger logger)
    {
        var damaged = 0;
        for (var file = 0; file < files.Count - 1 && files[file + 1].FirstOffset <= neededFrom; file++)
        {
            try
            {
                OpenSealed(files, file);
            }
            catch (CorruptLogException exception)
            {
                damaged = file + 1;
                Log.SegmentDamaged(logger, files[file].Path, AsideExtension, exception);
            }
        }

        // From the back: cut off in the middle, those that are left still end before a gap, and are set aside by the next open.
        for (var file = damaged - 1; file >= 0; file--)
        {
            File.Move(files[file].Path, files[file].Path + AsideExtension, overwrite: true);
        }

        files.RemoveRange(0, damaged);
        return damaged;
    }

    private static Segment OpenSealed(List<(long FirstOffset, string Path)> files, int file)
    {
        var segment = Segment.OpenSealed(files[file].Path, files[file].FirstOffset);
        return files[file + 1].FirstOffset == segment.NextOffset
            ? segment
            : throw new CorruptLogException(
                Segment.PathOf(Path.GetDirectoryName(files[file].Path)!, segment.NextOffset), segment.NextOffset, $"the file is missing; the next one begins at {files[file + 1].FirstOffset}");
    }

    private static List<Segment> OpenSegments(
        string folder, List<(long FirstOffset, string Path)> files, AppendLogOptions options, ILogger logger, StorageMetrics.ForLog metrics, out SegmentWriter writer)
    {
        var segments = new List<Segment>(files.Count + 1);
        for (var file = 0; file < files.Count - 1; file++)
        {
            try
            {
                segments.Add(OpenSealed(files, file));
            }
            catch (CorruptLogException exception) when (options.OpensDamaged)
            {
                AddDamaged(segments, files, file, exception);
            }
        }

        try
        {
            writer = OpenLast(folder, files, segments, FillsAhead(options), logger, metrics);
        }
        catch (CorruptLogException exception) when (options.OpensDamaged)
        {
            writer = BeginBehind(folder, files[^1], segments, exception, FillsAhead(options), metrics);
        }

        segments.Add(writer.Segment);
        return segments;
    }

    /// <summary>A segment that is damaged, or one that is sound and behind which files are missing.</summary>
    private static void AddDamaged(List<Segment> segments, List<(long FirstOffset, string Path)> files, int file, CorruptLogException exception)
    {
        var (firstOffset, path) = files[file];
        var next = files[file + 1].FirstOffset;
        var timestamp = segments.Count == 0 ? 0 : segments[^1].LastTimestamp;
        if (exception.Segment == path || Segment.OpenSealed(path, firstOffset) is not { } before || before.NextOffset > next)
        {
            segments.Add(Segment.Damaged(path, firstOffset, next, timestamp, exception.Reason));
            return;
        }

        segments.Add(before);
        segments.Add(Segment.Damaged(exception.Segment, before.NextOffset, next, before.LastTimestamp, exception.Reason));
    }

    /// <summary>
    /// Leaves the last segment as it is and begins the next one, so far behind it that no offset which may have been handed out is used again: ADR 0131.
    /// </summary>
    private static SegmentWriter BeginBehind(
        string folder, (long FirstOffset, string Path) last, List<Segment> segments, CorruptLogException exception, bool fillAhead, StorageMetrics.ForLog metrics)
    {
        var image = SegmentImage.Load(last.Path);
        var (next, timestamp) = image.EndOfRecords(last.FirstOffset, segments.Count == 0 ? 0 : segments[^1].LastTimestamp);
        segments.Add(Segment.Damaged(last.Path, last.FirstOffset, next, timestamp, exception.Reason));
        return SegmentWriter.Create(folder, next, fillAhead, metrics);
    }

    private static SegmentWriter OpenLast(string folder, List<(long FirstOffset, string Path)> files, List<Segment> segments, bool fillAhead, ILogger logger, StorageMetrics.ForLog metrics)
    {
        if (files.Count == 0)
        {
            return SegmentWriter.Create(folder, 0, fillAhead, metrics);
        }

        var (firstOffset, path) = files[^1];
        if (Segment.IsFileCompressed(path))
        {
            // Never the last one as long as nobody removes what is behind it: its records are all there, and new ones go behind them.
            segments.Add(Segment.OpenSealed(path, firstOffset));
            return SegmentWriter.Create(folder, segments[^1].NextOffset, fillAhead, metrics);
        }

        var last = LastSegment.Open(path, firstOffset, fillAhead, metrics, logger, out var footer);
        if (last is null)
        {
            return SegmentWriter.Create(folder, firstOffset, fillAhead, metrics);
        }

        if (footer is null)
        {
            return last;
        }

        // Sealed, and then the process ended before it made the next one.
        last.Dispose();
        segments.Add(Segment.OpenSealed(path, firstOffset));
        return SegmentWriter.Create(folder, segments[^1].NextOffset, fillAhead, metrics);
    }
}
