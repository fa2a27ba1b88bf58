using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.Streams.Export;

/// <summary>Where an export stands in its stream: what is done, what was sent before, and what retention took away.</summary>
internal sealed class ExportPosition
{
    private readonly RecordStream _stream;
    private readonly ExportIdentity _identity;
    private readonly ExportCounters _counters;
    private readonly ILogger _logger;
    private long _next;
    private long _reached;
    private long _sentNext;

    /// <exception cref="StreamRefusedException">The stream is not open.</exception>
    /// <exception cref="IOException">The position cannot be read.</exception>
    /// <exception cref="InvalidDataException">The position is damaged.</exception>
    public ExportPosition(RecordStream stream, ExportIdentity identity, ExportStart from, ExportCounters counters, ILogger logger)
    {
        _stream = stream;
        _identity = identity;
        _counters = counters;
        _logger = logger;
        Cursor = stream.Log.OpenCursor($"export-{identity.Name}", from == ExportStart.Latest ? stream.NextOffset : stream.FirstOffset);
        _next = Cursor.Committed;
        _reached = _next;
        _sentNext = _next;
    }

    public LogCursor Cursor { get; }

    /// <summary>All records below it are done.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Reading begins anew at <see cref="Next"/>.</summary>
    public void Rewind() => _reached = Next;

    /// <summary>The reader has come to this record. What it passed over is lost to this export, unless nothing was ever there.</summary>
    public void Reach(long offset)
    {
        if (offset > _reached && _reached < _stream.FirstOffset)
        {
            // Offsets that a full disk left unused cannot be told from lost ones once their segment is gone.
            _counters.Lost(offset - _reached);
            Log.ExportGap(_logger, _identity.Name, _identity.Stream, _reached, offset - 1);
        }

        _reached = offset + 1;
    }

    /// <returns>True when the record was under way before, on this run of the daemon.</returns>
    public bool NoteSent(long offset)
    {
        var again = offset < _sentNext;
        _sentNext = Math.Max(_sentNext, offset + 1);
        return again;
    }

    public void Done(long offset) => Volatile.Write(ref _next, offset + 1);
}
