using Roost.Storage.Files;
using Roost.Storage.Logs.Cursors;

namespace Roost.Storage.Logs;

public sealed partial class AppendLog
{
    private const string CursorFolder = "cursors";
    private const string CursorExtension = ".cursor";

    // Their own gate: opening one waits for the disk.
    private readonly Lock _cursorGate = new();
    private readonly Dictionary<string, LogCursor> _cursors = [];

    /// <summary>Names of the cursors kept with this log, in no order.</summary>
    public IReadOnlyList<string> CursorNames
    {
        get
        {
            var folder = Path.Combine(Folder, CursorFolder);
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "*" + CursorExtension).Select(file => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file)))]
                : [];
        }
    }

    /// <summary>
    /// The furthest offset that any cursor has been committed to, as it was when the log was closed or its process ended: beyond
    /// <see cref="NextOffset"/> where records that were done have been lost. To be asked before cursors are opened, which sets them back.
    /// </summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    public long FurthestCursor() => CursorNames.Select(name => CursorFile.Peek(CursorPath(name)) ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>Opens the named position, or makes it at <paramref name="startOffset"/>. The same name gives the same cursor while the log is open.</summary>
    /// <param name="name">Any characters; at most 200 bytes once those other than letters, digits and <c>-_.~</c> are written as <c>%XX</c>.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">It is damaged beyond its spare slot.</exception>
    public LogCursor OpenCursor(string name, long startOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(startOffset);
        var path = CursorPath(name);
        lock (_cursorGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_cursors.TryGetValue(name, out var cursor))
            {
                return cursor;
            }

            DiskFile.CreateFolder(Path.Combine(Folder, CursorFolder));
            var limit = File.Exists(path) ? _endAtOpen : NextOffset;
            var file = CursorFile.Open(path, startOffset, _options.Durability == Durability.PowerLoss, _metrics, out var committed, out var slotLost);
            if (slotLost)
            {
                Log.CursorSlotLost(_logger, name, Folder, committed);
            }

            if (committed > limit)
            {
                // Records below it were lost with less than Durability.PowerLoss; the new ones at those offsets, which may be there by now, are not done.
                Log.CursorBeyondEnd(_logger, name, committed, limit, Folder);
                committed = limit;
                file.Write(committed);
            }

            return _cursors[name] = new LogCursor(this, name, file, committed, new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero));
        }
    }

    /// <summary>Forgets a position for good. Its cursor must not be used any more.</summary>
    public async Task DeleteCursorAsync(string name)
    {
        var path = CursorPath(name);
        LogCursor? cursor;
        lock (_cursorGate)
        {
            _cursors.Remove(name, out cursor);
        }

        if (cursor is not null)
        {
            await cursor.CloseAsync();
        }

        if (File.Exists(path))
        {
            File.Delete(path);
            DiskFile.SyncFolder(Path.GetDirectoryName(path)!);
            _metrics.Synced(1);
        }
    }

    private string CursorPath(string name)
    {
        var escaped = Uri.EscapeDataString(name);
        return escaped.Length is 0 or > 200
            ? throw new ArgumentException($"A cursor's name has 1 to 200 bytes when escaped, this has {escaped.Length}.", nameof(name))
            : Path.Combine(Folder, CursorFolder, escaped + CursorExtension);
    }

    private async Task CloseCursorsAsync()
    {
        LogCursor[] cursors;
        lock (_cursorGate)
        {
            cursors = [.. _cursors.Values];
            _cursors.Clear();
        }

        foreach (var cursor in cursors)
        {
            await cursor.CloseAsync();
        }
    }
}
