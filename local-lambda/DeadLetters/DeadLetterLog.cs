using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.DeadLetters;

/// <summary>
/// What was given up, of all functions, in one log that others may read as a stream: key = function, headers = <see cref="DeadLetter"/>, payload = Lambda's record.
/// A letter that is removed stays in the log, with a record behind it that says so. When the log is full the oldest letters go, which is counted and told, but for the newest of each function:
/// <see cref="RareLetters"/> has them then, under the same identifiers. Any thread may call.
/// </summary>
internal sealed partial class DeadLetterLog : IAsyncDisposable
{
    /// <summary>A quarter of the room is for letters that others have pushed out of the log.</summary>
    private const int RarePart = 4;

    /// <summary>So much of the room the newest letters of each function may have which are never left to the log alone; the newest one in any case.</summary>
    private const int NewestPart = 64;

    private static readonly byte[] s_removalHeaders = "removed"u8.ToArray();

    private readonly Metrics _metrics;
    private readonly ILogger _logger;
    private readonly long _logBytes;
    private readonly long _newestBytes;
    private readonly SemaphoreSlim _appending = new(1, 1);
    private long _bytesToLook; // guarded by _appending
    private readonly Lock _gate = new();

    // Guarded by _gate: identifiers of the letters that there are, each with its bytes in the log.
    private readonly Dictionary<string, SortedDictionary<long, long>> _letters = new(StringComparer.Ordinal);
    private readonly RareLetters _rare;
    private long _first;

    /// <exception cref="CorruptLogException">What is kept is damaged.</exception>
    /// <exception cref="JsonException">Likewise.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public DeadLetterLog(string folder, long maxBytes, Metrics metrics, TimeProvider clock, ILogger logger)
    {
        (_metrics, _logger, _newestBytes) = (metrics, logger, maxBytes / NewestPart);
        _logBytes = maxBytes - (maxBytes / RarePart);
        Log = AppendLog.Open(
            folder,
            new AppendLogOptions { MaxRecordBytes = 16 * 1024 * 1024, Retention = new LogRetention(Bytes: _logBytes), Full = LogFullPolicy.DropOldest },
            clock,
            logger,
            metrics.Storage);
        _first = Log.FirstOffset;
        try
        {
            _rare = new RareLetters(Path.Combine(folder, "rare"), maxBytes / RarePart);
            ReadAll();
        }
        catch
        {
            Log.DisposeAsync().AsTask().GetAwaiter().GetResult(); // nothing was appended: there is nothing to wait for but the file
            throw;
        }
    }

    public AppendLog Log { get; }

    /// <summary>Completes when the letter is durable.</summary>
    /// <param name="record">Lambda's record, as JSON.</param>
    public async Task AddAsync(string function, DeadLetter letter, ReadOnlyMemory<byte> record)
    {
        var (key, headers) = (Encoding.UTF8.GetBytes(function), letter.ToBytes());
        var bytes = (long)key.Length + headers.Length + record.Length;
        var offset = await AppendAsync(bytes, async () => await Log.AppendAsync(key, headers, record));
        lock (_gate)
        {
            Of(function).Add(offset, bytes);
        }

        ForgetDropped();
    }

    /// <summary>As above, for a record that says by itself what there is to say: the batch of a stream.</summary>
    public Task AddAsync(string function, ReadOnlyMemory<byte> record) => AddAsync(function, DeadLetter.Read(record), record);

    public int Count(string function)
    {
        lock (_gate)
        {
            return _letters.TryGetValue(function, out var letters) ? letters.Count : 0;
        }
    }

    /// <returns>Of each function that has letters how many.</returns>
    public IReadOnlyList<(string Function, int Letters)> Counts()
    {
        lock (_gate)
        {
            return [.. _letters.Where(letters => letters.Value.Count > 0).OrderBy(letters => letters.Key, StringComparer.Ordinal).Select(letters => (letters.Key, letters.Value.Count))];
        }
    }

    /// <param name="before">Letters with smaller identifiers; null for the newest.</param>
    /// <param name="since">Letters from then on; null for all.</param>
    /// <param name="most">At least 1.</param>
    public DeadLetterPage List(string function, long? before, DateTimeOffset? since, int most)
    {
        List<StoredDeadLetter> letters = [];
        foreach (var id in Identifiers(function, before))
        {
            if (letters.Count == most)
            {
                return new DeadLetterPage(letters, letters[^1].Id);
            }

            if (Read(function, id) is not { } letter)
            {
                continue;
            }

            if (letter.Time < since)
            {
                break; // a log's times never go back
            }

            letters.Add(letter);
        }

        return new DeadLetterPage(letters, null);
    }

    /// <returns>Null when there is no such letter.</returns>
    public StoredDeadLetter? Find(string function, long id)
    {
        lock (_gate)
        {
            if (!_letters.TryGetValue(function, out var letters) || !letters.ContainsKey(id))
            {
                return null;
            }
        }

        return Read(function, id);
    }

    /// <summary>Completes when they are gone for good.</summary>
    /// <param name="how"><c>replayed</c> or <c>deleted</c>.</param>
    public async Task RemoveAsync(string function, IReadOnlyList<long> ids, string how)
    {
        var key = Encoding.UTF8.GetBytes(function);
        foreach (var chunk in ids.Chunk(64))
        {
            var removals = chunk.Select(id => JsonSerializer.SerializeToUtf8Bytes(new DeadLetterRemoval(id, how), DeadLetterJson.Default.DeadLetterRemoval)).ToList();
            await AppendAsync(
                removals.Sum(removal => (long)key.Length + s_removalHeaders.Length + removal.Length),
                () => Task.WhenAll(removals.Select(removal => Log.AppendAsync(key, s_removalHeaders, removal).AsTask()))); // one sync for all of them
            lock (_gate)
            {
                foreach (var id in chunk)
                {
                    Of(function).Remove(id);
                    _rare.Remove(function, id);
                }
            }
        }

        ForgetDropped();
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        _appending.Dispose();
    }

    /// <summary>Appends when what the log will push out for it is safe.</summary>
    private async Task<T> AppendAsync<T>(long bytes, Func<Task<T>> append)
    {
        Task<T> appended;
        await _appending.WaitAsync();
        try
        {
            SetRareAside(bytes);
            appended = append();
        }
        finally
        {
            _appending.Release();
        }

        return await appended;
    }

    /// <summary>Saves the newest letters of each function that the log may push out when it gets so many bytes more.</summary>
    private void SetRareAside(long moreBytes)
    {
        // Looked at once in an eighth of the log. It frees whole segments, an eighth of it each; the rest of the third is for what is not counted: what surrounds a record.
        _bytesToLook -= moreBytes;
        var endangered = Log.SizeBytes + Log.PendingBytes + moreBytes - _logBytes + (_logBytes / 3);
        if (endangered <= 0 || _bytesToLook > 0)
        {
            return;
        }

        _bytesToLook = _logBytes / 8;

        try
        {
            lock (_gate)
            {
                var first = Log.FirstOffset;
                var below = first;
                foreach (var (id, bytes) in _letters.Values.SelectMany(letters => letters.SkipWhile(letter => letter.Key < first)).OrderBy(letter => letter.Key))
                {
                    below = id + 1;
                    if ((endangered -= bytes) <= 0)
                    {
                        break;
                    }
                }

                foreach (var (function, letters) in _letters)
                {
                    var newer = 0L;
                    foreach (var (id, bytes) in letters.Reverse())
                    {
                        if (newer > 0 && newer + bytes > _newestBytes)
                        {
                            break;
                        }

                        newer += bytes;
                        if (id >= first && id < below && !_rare.Has(function, id) && Read(function, id) is { } letter)
                        {
                            _rare.Save(function, letter);
                        }
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CorruptLogException or JsonException)
        {
            LogNotSetAside(exception.Message); // what the log pushes out is counted and told all the same
        }
    }

    private List<long> Identifiers(string function, long? before)
    {
        lock (_gate)
        {
            return _letters.TryGetValue(function, out var letters) ? [.. letters.Keys.Reverse().SkipWhile(id => id >= before)] : [];
        }
    }

    private StoredDeadLetter? Read(string function, long id)
    {
        using var reader = Log.OpenReader(id);
        if (!reader.TryRead(1, 1, out var records) || records[0].Offset != id || Encoding.UTF8.GetString(records[0].Key.Span) != function)
        {
            return _rare.Read(function, id); // pushed out of the log
        }

        var record = records[0];
        var letter = record.Headers.IsEmpty ? DeadLetter.Read(record.Payload) : JsonSerializer.Deserialize(record.Headers.Span, DeadLetterJson.Default.DeadLetter)!;
        return new StoredDeadLetter(id, record.Timestamp, letter, record.Payload.ToArray());
    }

    private void ReadAll()
    {
        foreach (var (function, id) in _rare.All)
        {
            Of(function)[id] = 0; // not in the log, or met there below
        }

        using var reader = Log.OpenReader(_first);
        while (reader.TryRead(256, 1024 * 1024, out var records))
        {
            foreach (var record in records)
            {
                var function = Encoding.UTF8.GetString(record.Key.Span);
                var letters = Of(function);
                if (record.Headers.Span.SequenceEqual(s_removalHeaders))
                {
                    var removed = JsonSerializer.Deserialize(record.Payload.Span, DeadLetterJson.Default.DeadLetterRemoval)!.Removed;
                    letters.Remove(removed);
                    _rare.Remove(function, removed);
                }
                else
                {
                    letters[record.Offset] = (long)record.Key.Length + record.Headers.Length + record.Payload.Length;
                }
            }
        }
    }

    private SortedDictionary<long, long> Of(string function)
    {
        if (!_letters.TryGetValue(function, out var letters))
        {
            letters = [];
            _letters.Add(function, letters);
        }

        return letters;
    }

    /// <summary>There is no room for everything: the oldest letters have gone.</summary>
    private void ForgetDropped()
    {
        var first = Log.FirstOffset;
        Dictionary<string, int> dropped = new(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var (function, letters) in first == _first ? [] : _letters)
            {
                foreach (var id in letters.Keys.TakeWhile(id => id < first).Where(id => !_rare.Has(function, id)).ToList())
                {
                    letters.Remove(id);
                    dropped[function] = dropped.GetValueOrDefault(function) + 1;
                }
            }

            _first = first;
            foreach (var (function, id) in _rare.Trim().Where(gone => gone.Id < first))
            {
                Of(function).Remove(id);
                dropped[function] = dropped.GetValueOrDefault(function) + 1;
            }
        }

        foreach (var (function, count) in dropped)
        {
            _metrics.DeadLettersDropped(function, count);
            LogDropped(function, count);
        }
    }

    [LoggerMessage(3407, LogLevel.Warning, "Function {Function}: {Count} of its oldest dead letters are lost, because functions.dead-letter is reached; replay or delete letters, or give it more room")]
    private partial void LogDropped(string function, int count);

    [LoggerMessage(3420, LogLevel.Warning, "The newest dead letters of functions that seldom fail could not be set aside, and are lost when others' letters push them out: {Reason}")]
    private partial void LogNotSetAside(string reason);
}
