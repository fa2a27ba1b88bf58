using Microsoft.Extensions.Logging;
using Roost.Storage.Files;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

public sealed partial class AppendLog
{
    private const string AsideExtension = ".damaged";

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
        var logMetrics = new StorageMetrics.ForLog(metrics, Path.GetFileName(folder));
        try
        {
            SegmentCompressor.RemoveLeftovers(folder);
            var files = Segment.List(folder);
            var aside = SetAsideDamaged(files, options.NeededFrom, logger);
            var segments = OpenSegments(folder, files, FillsAhead(options), logger, logMetrics, out var writer);
            return new AppendLog(folder, options, clock, logger, logMetrics, folderLock, segments, writer) { SegmentsSetAside = aside };
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
        string folder, List<(long FirstOffset, string Path)> files, bool fillAhead, ILogger logger, StorageMetrics.ForLog metrics, out SegmentWriter writer)
    {
        var segments = new List<Segment>(files.Count + 1);
        for (var file = 0; file < files.Count - 1; file++)
        {
            segments.Add(OpenSealed(files, file));
        }

        writer = OpenLast(folder, files, segments, fillAhead, logger, metrics);
        segments.Add(writer.Segment);
        return segments;
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
