using System.Diagnostics.CodeAnalysis;
using Roost.Storage.Logs;

namespace Roost.Streams.Catalog;

/// <summary>The place of one stream in the catalog: its options, its open log, or why there is none.</summary>
internal sealed class StreamSlot(StreamName name, bool configured, AppendLogOptions options)
{
    private AppendLogOptions _options = options;
    private AppendLog? _log;
    private bool _isAdopted;
    private string? _fault = "is not open yet";

    public StreamName Name { get; } = name;

    /// <summary>The metrics' tag, made once.</summary>
    public KeyValuePair<string, object?> Tag { get; } = new("stream", name.Value);

    public int MaxRecordBytes => _options.MaxRecordBytes;

    /// <exception cref="StreamRefusedException">There is no open log.</exception>
    public AppendLog Log => Volatile.Read(ref _log) ?? throw Refused(_fault!, isFault: true);

    /// <summary>The log, for who wants to append from outside.</summary>
    /// <exception cref="StreamRefusedException">The stream takes no records.</exception>
    public AppendLog Appendable()
    {
        if (!configured)
        {
            ThrowNotAppendable();
        }

        return Log;
    }

    public void Open(AppendLog log)
    {
        _fault = null;
        Volatile.Write(ref _log, log);
    }

    /// <summary>Shows a log that another room keeps: with that room's options, and never closed from here.</summary>
    public void Adopt(AppendLog log)
    {
        _options = log.Options;
        _isAdopted = true;
        Open(log);
    }

    public void Fail(string fault) => _fault = fault;

    public async ValueTask CloseAsync()
    {
        _fault ??= "is closed: the daemon stops";
        if (Interlocked.Exchange(ref _log, null) is { } log && !_isAdopted)
        {
            await log.DisposeAsync();
        }
    }

    /// <summary>Refuses a batch as a whole rather than half way.</summary>
    /// <exception cref="LogFullException">The policy is <c>reject</c> and the retention has no room for all of it.</exception>
    public void ThrowIfNoRoom(int records, long bytes)
    {
        var log = Log;
        var bytesFull = _options.Retention.Bytes is { } mostBytes && log.SizeBytes + log.PendingBytes + bytes > mostBytes;
        var recordsFull = _options.Retention.Records is { } mostRecords && log.NextOffset - log.FirstOffset + records > mostRecords;
        if (_options.Full == LogFullPolicy.Reject && (bytesFull || recordsFull))
        {
            throw new LogFullException(log.Folder, $"its retention ({_options.Retention}) has no room for {records} records of {bytes} bytes", "Wait until age frees some, or raise the retention.");
        }
    }

    public StreamDescription Describe()
    {
        var log = Volatile.Read(ref _log);
        return new StreamDescription
        {
            Name = Name,
            Configured = configured,
            Fault = log is null ? $"Stream '{Name}' {_fault}." : null,
            FirstOffset = log?.FirstOffset ?? 0,
            NextOffset = log?.NextOffset ?? 0,
            SizeBytes = log?.SizeBytes ?? 0,
            Retention = _options.Retention,
            Full = _options.Full,
            Durability = _options.Durability,
            MaxRecordBytes = _options.MaxRecordBytes,
        };
    }

    [DoesNotReturn]
    private void ThrowNotAppendable() => throw Refused(Name.IsSystem
        ? "is the system's own and takes no records from outside"
        : "is not configured any more: it can be read, not appended to. Add it under 'streams' in the configuration", isFault: false);

    private StreamRefusedException Refused(string why, bool isFault) => new(Name, $"Stream '{Name}' {why}.", isFault);
}
