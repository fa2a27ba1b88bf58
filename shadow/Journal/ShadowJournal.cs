using Microsoft.Extensions.Logging;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.Shadow.Journal;

/// <summary>
/// Every accepted change of every shadow, in order, in an append-only log. A change is accepted once it is durable here; the store
/// follows a little later. What the store has already is kept for as long as the history's retention says.
/// </summary>
internal sealed class ShadowJournal : IAsyncDisposable
{
    public const string FolderName = ShadowOptions.JournalName;

    private const int ReplayRecords = 1024;
    private const int ReplayBytes = 1024 * 1024;

    // A whole document of the largest size that can be configured, its times, and what surrounds them.
    private const int MaxRecordBytes = 512 * 1024;

    private ShadowJournal(AppendLog log) => Log = log;

    /// <summary>For readers of the history.</summary>
    public AppendLog Log { get; }

    /// <summary>The offset that the next change gets.</summary>
    public long End => Log.NextOffset;

    /// <param name="folder">That of the shadows.</param>
    /// <param name="neededFrom">What is below this offset is history alone: damage there is set aside.</param>
    /// <exception cref="CorruptLogException">What is needed is damaged; it is left as it is.</exception>
    public static ShadowJournal Open(
        string folder, long neededFrom, ShadowHistoryOptions history, Durability durability, TimeProvider clock, ILogger logger, StorageMetrics? metrics)
    {
        var options = new AppendLogOptions
        {
            Durability = durability,
            MaxRecordBytes = MaxRecordBytes,
            Retention = new LogRetention(history.Bytes, history.Age),
            Full = LogFullPolicy.DropOldest,
            NeededFrom = neededFrom,
        };
        return new ShadowJournal(AppendLog.Open(Path.Combine(folder, FolderName), options, clock, logger, metrics));
    }

    /// <summary>Appends the changes in order and gives them their offsets.</summary>
    /// <returns>Completes when all are as durable as configured; faults when one is not. Which are is then to be asked one by one.</returns>
    public async Task AppendAsync(IReadOnlyList<ShadowChange> changes)
    {
        foreach (var change in changes)
        {
            change.Offset = Log.Append(ShadowChangeCodec.EncodeKey(change.Id), ShadowChangeCodec.Headers, ShadowChangeCodec.Encode(change));
        }

        foreach (var change in changes)
        {
            await Log.WaitDurableAsync(change.Offset);
        }
    }

    /// <summary>Whether a change of a batch that failed is durable nevertheless.</summary>
    public async Task<bool> HasKeptAsync(ShadowChange change)
    {
        if (change.Offset < 0)
        {
            return false;
        }

        try
        {
            await Log.WaitDurableAsync(change.Offset);
            return true;
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            return false;
        }
    }

    /// <summary>The changes from <paramref name="from"/> on, in order, in portions.</summary>
    /// <exception cref="CorruptLogException">A record is damaged, or none of ours.</exception>
    public IEnumerable<IReadOnlyList<ShadowChange>> Replay(long from)
    {
        using var reader = Log.OpenReader(from);
        while (reader.TryRead(ReplayRecords, ReplayBytes, out var records))
        {
            yield return [.. records.Select(Decode)];
        }
    }

    /// <summary>The last change of one shadow. Reads back to it; see <see cref="History.ShadowHistory"/>.</summary>
    /// <returns>Null when no change of it is kept, or damage lies behind the last that can be read, so that nobody can tell.</returns>
    public async Task<ShadowChange?> FindLastAsync(ShadowId id)
    {
        using var history = new History.ShadowHistory(this);
        return (await history.ReadAsync(id, long.MaxValue, 1, CancellationToken.None)).Entries is [var last] ? last.Change : null;
    }

    /// <exception cref="CorruptLogException">The record is none of ours.</exception>
    public ShadowChange Decode(LogRecord record)
    {
        try
        {
            var change = ShadowChangeCodec.Decode(record.Key.Span, record.Payload.Span);
            change.Offset = record.Offset;
            return change;
        }
        catch (FormatException exception)
        {
            throw new CorruptLogException(Log.Folder, record.Offset, exception.Message);
        }
    }

    public ValueTask DisposeAsync() => Log.DisposeAsync();
}
