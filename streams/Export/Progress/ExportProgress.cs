using Roost.Storage;
using Roost.Storage.Files;
using Roost.Storage.Logs;

namespace Roost.Streams.Export.Progress;

/// <summary>
/// Where an export stands, durably: a cursor below which all is done; where batches overtake each other, the ranges above it that are
/// done; where a target tells repetitions by a batch's bounds, the batches that were sent with them. Any thread may call.
/// </summary>
internal sealed class ExportProgress : IDisposable
{
    private const string FolderName = "exports";
    private const string Extension = ".progress";

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly string _path;
    private readonly bool _sync;
    private readonly RangeSet _done;
    private readonly List<OffsetRange> _planned;
    private readonly StorageMetrics? _metrics;
    private SlotFile? _file;
    private bool? _paused;
    private bool _dirty;

    /// <exception cref="StreamRefusedException">The stream is not open.</exception>
    /// <exception cref="IOException">The position cannot be read.</exception>
    /// <exception cref="InvalidDataException">The position is damaged.</exception>
    public ExportProgress(RecordStream stream, string name, ExportStart from)
    {
        var log = stream.Log;
        _path = Path.Combine(log.Folder, FolderName, name + Extension);
        _metrics = log.StorageMetrics;
        _sync = log.Options.Durability == Durability.PowerLoss;
        Cursor = log.OpenCursor($"export-{name}", from == ExportStart.Latest ? stream.NextOffset : stream.FirstOffset);
        var document = File.Exists(_path) ? ProgressDocument.Decode(Open().Document.Span) : ProgressDocument.Empty;
        _paused = document.Paused;
        _done = new RangeSet(Cursor.Committed);
        var end = stream.NextOffset; // with less than power-loss durability, records that were done may be gone
        foreach (var range in document.Done.Where(range => range.Next <= end))
        {
            _done.Add(range);
        }

        _planned = [.. document.Planned.Where(range => !_done.Contains(range.First) && range.Next <= end)];
    }

    /// <summary>The offset behind the furthest record that any export of a stream has noted; 0 where none has. What is damaged tells nothing here.</summary>
    /// <param name="folder">Of the stream's log.</param>
    /// <exception cref="IOException">The disk refused.</exception>
    public static long Furthest(string folder)
    {
        var furthest = 0L;
        foreach (var path in Files(folder))
        {
            using var file = TryOpen(path);
            furthest = file is null ? furthest : Read(file).All.Select(range => range.Next).Append(furthest).Max();
        }

        return furthest;
    }

    /// <summary>Forgets, durably, what exports have noted of offsets from <paramref name="end"/> on. None of them may be open.</summary>
    /// <inheritdoc cref="Furthest"/>
    public static void CutTo(string folder, long end)
    {
        foreach (var path in Files(folder))
        {
            using var file = TryOpen(path);
            if (file is not null && Read(file) is var document && document.All.Any(range => range.Next > end))
            {
                file.Write(document.CutTo(end).Encode());
            }
        }
    }

    public LogCursor Cursor { get; }

    /// <summary>All records below it are done.</summary>
    public long Floor
    {
        get
        {
            lock (_gate)
            {
                return _done.Floor;
            }
        }
    }

    /// <summary>Whether an operator has paused or resumed the export; null: the configuration counts.</summary>
    public bool? Paused
    {
        get
        {
            lock (_gate)
            {
                return _paused;
            }
        }
    }

    /// <summary>What is done, as of now.</summary>
    public RangeSet Done()
    {
        lock (_gate)
        {
            return _done.Copy();
        }
    }

    /// <summary>Batches whose bounds stand: they go first, and as they are.</summary>
    public IReadOnlyList<OffsetRange> Planned()
    {
        lock (_gate)
        {
            return [.. _planned];
        }
    }

    /// <summary>Records that all of the range is done; durable after the next <see cref="CommitAsync"/>.</summary>
    public void MarkDone(OffsetRange range)
    {
        lock (_gate)
        {
            _done.Add(range);
            _planned.RemoveAll(planned => planned == range);
            _dirty |= _done.Ranges.Count > 0 || _file is not null;
        }
    }

    /// <summary>Fixes the bounds of batches, durably, before they are sent; in place of <paramref name="former"/>, where that one is divided.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public Task PlanAsync(OffsetRange? former, params ReadOnlySpan<OffsetRange> ranges)
    {
        lock (_gate)
        {
            _planned.RemoveAll(planned => planned == former);
            _planned.AddRange(ranges);
            _dirty = true;
        }

        return WriteAsync();
    }

    /// <exception cref="IOException">The disk refused.</exception>
    public Task PauseAsync(bool paused)
    {
        lock (_gate)
        {
            _paused = paused;
            _dirty = true;
        }

        return WriteAsync();
    }

    /// <summary>Notes durably what is done.</summary>
    /// <exception cref="IOException">The disk refused; what was noted before stands.</exception>
    public async ValueTask CommitAsync()
    {
        // The document first: the other way round a crash in between would take ranges for undone that are.
        await WriteAsync();
        await Cursor.CommitAsync(Floor);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _writing.Dispose();
    }

    private async Task WriteAsync()
    {
        await _writing.WaitAsync();
        try
        {
            byte[] document;
            lock (_gate)
            {
                if (!_dirty)
                {
                    return;
                }

                _dirty = false;
                document = new ProgressDocument(_paused, DoneAboveCursor(), _planned).Encode();
            }

            try
            {
                await Task.Run(() => Open().Write(document));
            }
            catch
            {
                lock (_gate)
                {
                    _dirty = true;
                }

                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// In the gate. What lies between the cursor and the floor is among it: the cursor follows later, and after a crash in between these
    /// records would be sent again, in batches with other bounds.
    /// </summary>
    private List<OffsetRange> DoneAboveCursor()
    {
        var noted = Cursor.Committed;
        return noted < _done.Floor ? [new OffsetRange(noted, _done.Floor), .. _done.Ranges] : [.. _done.Ranges];
    }

    private static ProgressDocument Read(SlotFile file)
    {
        try
        {
            return ProgressDocument.Decode(file.Document.Span);
        }
        catch (InvalidDataException)
        {
            return ProgressDocument.Empty; // its export says so
        }
    }

    private static SlotFile? TryOpen(string path)
    {
        try
        {
            return SlotFile.Open(path, ProgressDocument.MaxBytes, sync: true);
        }
        catch (InvalidDataException)
        {
            return null; // as above
        }
    }

    private static IEnumerable<string> Files(string folder) =>
        Path.Combine(folder, FolderName) is var exports && Directory.Exists(exports) ? Directory.EnumerateFiles(exports, "*" + Extension) : [];

    private SlotFile Open() => _file ??= SlotFile.Open(_path, ProgressDocument.MaxBytes, _sync, _metrics);
}
