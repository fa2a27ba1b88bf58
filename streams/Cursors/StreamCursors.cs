using Roost.Storage.Logs;
using Roost.Streams.Catalog;

namespace Roost.Streams.Cursors;

/// <summary>The cursors of one stream: positions that clients keep here by name. Any thread may call.</summary>
internal sealed class StreamCursors(StreamSlot slot)
{
    /// <summary>Each has a file that stays open.</summary>
    public const int Most = 32;

    /// <summary>Before the name in the log's folder: exports have theirs there too.</summary>
    private const string Prefix = "consumer-";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, LogCursor> _cursors = new(StringComparer.Ordinal);
    private AppendLog? _log; // those of _cursors are of this one

    /// <summary>By name.</summary>
    /// <exception cref="StreamRefusedException">The stream is damaged or closed.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public IReadOnlyList<(CursorName Name, LogCursor Cursor)> List()
    {
        lock (_gate)
        {
            Load();
            return [.. _cursors.Select(pair => (NameOf(pair.Key), pair.Value))];
        }
    }

    /// <exception cref="UnknownCursorException">There is none of this name.</exception>
    /// <inheritdoc cref="List"/>
    public LogCursor Get(CursorName name)
    {
        lock (_gate)
        {
            Load();
            return _cursors.TryGetValue(name.Value, out var cursor) ? cursor : throw new UnknownCursorException(slot.Name, name, _cursors.Keys);
        }
    }

    /// <summary>Makes it at <paramref name="from"/>; one that is there stays where it stands.</summary>
    /// <returns>True when it was made.</returns>
    /// <exception cref="StreamRefusedException">The stream has as many as it may, is damaged or closed.</exception>
    /// <inheritdoc cref="List"/>
    public bool Make(CursorName name, long from)
    {
        lock (_gate)
        {
            var log = Load();
            if (_cursors.ContainsKey(name.Value))
            {
                return false;
            }

            if (_cursors.Count >= Most)
            {
                throw new StreamRefusedException(
                    slot.Name, $"Stream '{slot.Name}' has {Most} cursors and may not have more. Delete one that is not needed: {string.Join(", ", _cursors.Keys)}.", isFault: false);
            }

            _cursors[name.Value] = log.OpenCursor(Prefix + name.Value, from);
            return true;
        }
    }

    /// <exception cref="UnknownCursorException">There is none of this name.</exception>
    /// <inheritdoc cref="List"/>
    public async Task DeleteAsync(CursorName name)
    {
        AppendLog log;
        lock (_gate)
        {
            log = Load();
            if (!_cursors.Remove(name.Value))
            {
                throw new UnknownCursorException(slot.Name, name, _cursors.Keys);
            }
        }

        await log.DeleteCursorAsync(Prefix + name.Value);
    }

    private static CursorName NameOf(string text) => CursorName.TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is no cursor's name.");

    /// <summary>Opens all, once for each log.</summary>
    private AppendLog Load()
    {
        var log = slot.Log;
        if (!ReferenceEquals(log, _log))
        {
            _cursors.Clear();
            foreach (var name in log.CursorNames.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Where(name => CursorName.TryParse(name, out _)))
            {
                _cursors[name] = log.OpenCursor(Prefix + name, 0);
            }

            _log = log;
        }

        return log;
    }
}
