using System.Diagnostics.CodeAnalysis;
using Roost.Storage.Logs;
using Roost.Streams.Definitions;

namespace Roost.Streams.Catalog;

/// <summary>The place of one stream in the catalog: what it is, its options, its open log, or why there is none. A stream that is deleted never gets another log.</summary>
internal sealed class StreamSlot(StreamName name, StreamOrigin origin, AppendLogOptions options, StreamOptions? definition = null)
{
    private static readonly StreamOptions s_defaults = new();

    private readonly TaskCompletionSource _deleted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AppendLogOptions _options = options;
    private volatile StreamOptions? _definition = definition;
    private AppendLog? _log;
    private bool _isAdopted;
    private volatile string? _fault = "is not open yet";
    private volatile bool _isDeleting;

    public StreamName Name { get; } = name;

    public StreamOrigin Origin { get; private set; } = origin;

    /// <summary>Null while it is not open, and for streams of the system.</summary>
    public StreamDocument? Document { get; private set; }

    /// <summary>The metrics' tag, made once.</summary>
    public KeyValuePair<string, object?> Tag { get; } = new("stream", name.Value);

    /// <summary>Whether records go that every consumer is done with.</summary>
    public bool FreesConsumed => _definition?.Consumed == ConsumedRecords.Free;

    /// <summary>1 is kept longest, 9 goes first.</summary>
    public int Priority => (_definition ?? s_defaults).Priority;

    /// <summary>Its log is its own, and its records may be freed here.</summary>
    public bool CanBeTrimmed => !_isAdopted && Origin is StreamOrigin.Configuration or StreamOrigin.Api;

    /// <summary>Why the stream takes no records now though it is open; null while it does.</summary>
    public string? Refusal
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>How its log is kept.</summary>
    public AppendLogOptions Options => _options;

    public int MaxRecordBytes => _options.MaxRecordBytes;

    /// <summary>Completes when the stream is deleted.</summary>
    public Task Deleted => _deleted.Task;

    /// <summary>It is deleted, or about to be.</summary>
    public bool IsDeleting => _isDeleting;

    /// <summary>Null where there is none.</summary>
    public AppendLog? OpenLog => Volatile.Read(ref _log);

    /// <exception cref="StreamRefusedException">There is no open log.</exception>
    public AppendLog Log => Volatile.Read(ref _log) ?? throw NotOpen();

    /// <summary>The log, for who wants to append from outside.</summary>
    /// <exception cref="StreamRefusedException">The stream takes no records.</exception>
    public AppendLog Appendable()
    {
        if (Origin is StreamOrigin.Removed or StreamOrigin.System)
        {
            ThrowNotAppendable();
        }

        return Log;
    }

    /// <param name="document">Null for streams of the system.</param>
    public void Open(AppendLog log, StreamDocument? document)
    {
        _fault = null;
        Document = document;
        if (document is not null)
        {
            log.ClosedInOrder = () => NoteClosed(log.Folder);
        }

        Volatile.Write(ref _log, log);
    }

    /// <summary>Shows a log that another room keeps: with that room's options, and never closed from here.</summary>
    public void Adopt(AppendLog log)
    {
        _options = log.Options;
        _isAdopted = true;
        Open(log, document: null);
    }

    /// <summary>Another definition, in force at once: its document is written, its log keeps to it.</summary>
    public void Redefine(StreamDocument document, AppendLogOptions options)
    {
        Log.Reconfigure(options);
        (_options, _definition) = (options, document.Definition);
        Document = document;
        Origin = StreamOrigin.Api;
    }

    public void Fail(string fault) => _fault = fault;

    /// <summary>From now on it is refused; what was appended before is still acknowledged.</summary>
    public async ValueTask BeginDeleteAsync()
    {
        _isDeleting = true;
        _fault = "was deleted";
        if (Interlocked.Exchange(ref _log, null) is { } log)
        {
            await log.DisposeAsync();
        }
    }

    /// <summary>The deletion was not possible; the log is opened again.</summary>
    public void EndDelete() => _isDeleting = false;

    /// <summary>Tells all who wait for <see cref="Deleted"/>.</summary>
    public void SetDeleted() => _deleted.SetResult();

    public async ValueTask CloseAsync()
    {
        _fault ??= "is closed: the daemon stops";
        if (Interlocked.Exchange(ref _log, null) is { } log && !_isAdopted)
        {
            await log.DisposeAsync();
        }
    }

    /// <summary>Whether a batch would be taken as a whole, rather than half of it.</summary>
    public bool HasRoom(AppendLog log, int records, long bytes)
    {
        var limits = _options;
        return limits.Full != LogFullPolicy.Reject
            || ((limits.Retention.Bytes is not { } mostBytes || log.SizeBytes + log.PendingBytes + bytes <= mostBytes)
                && (limits.Retention.Records is not { } mostRecords || log.NextOffset - log.FirstOffset + records <= mostRecords));
    }

    public StreamDescription Describe()
    {
        var log = Volatile.Read(ref _log);
        var kept = _options;
        return new StreamDescription
        {
            Name = Name,
            Id = Document?.Id,
            Origin = Origin,
            Created = Document?.Created,
            Configured = Origin is StreamOrigin.Configuration or StreamOrigin.Api,
            Fault = log is null ? $"Stream '{Name}' {_fault}." : null,
            FirstOffset = log?.FirstOffset ?? 0,
            NextOffset = log?.NextOffset ?? 0,
            SizeBytes = log?.SizeBytes ?? 0,
            Oldest = log?.OldestTimestamp,
            Newest = log?.NewestTimestamp,
            DroppedRecords = log?.DroppedRecords ?? 0,
            Retention = kept.Retention,
            Consumed = FreesConsumed ? ConsumedRecords.Free : ConsumedRecords.Keep,
            Compression = kept.Compression,
            Refusal = Refusal,
            Priority = Priority,
            Full = kept.Full,
            Durability = kept.Durability,
            MaxRecordBytes = kept.MaxRecordBytes,
            WrittenPerByte = log is { AcceptedBytes: > 0 } ? log.WrittenBytes / (double)log.AcceptedBytes : null,
            Verification = log?.Verification,
            LostRecords = log?.LostWithin(log.FirstOffset, log.NextOffset) ?? 0,
        };
    }

    /// <summary>Why there is no log.</summary>
    public StreamRefusedException NotOpen() => new(Name, $"Stream '{Name}' {_fault ?? "is closed"}.", isFault: true) { IsDeleted = _isDeleting };

    /// <summary>All that was appended is synced now. Where that cannot be noted, the next start takes it for lost, which costs a new incarnation.</summary>
    private void NoteClosed(string folder)
    {
        if (Document is not { Opening: not null } document)
        {
            return;
        }

        Document = document with { Opening = null };
        try
        {
            Document.Write(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Document = document;
        }
    }

    [DoesNotReturn]
    private void ThrowNotAppendable() => throw new StreamRefusedException(
        Name,
        $"Stream '{Name}' {(Name.IsSystem
            ? "is the system's own and takes no records from outside"
            : $"is not configured any more: it can be read, not appended to. Make it anew with 'roost stream create {Name}', which keeps its records, or add it under 'streams' in the configuration")}.",
        isFault: false);
}
