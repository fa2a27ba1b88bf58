using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.DeadLetters;

/// <summary>
/// What was given up, of all functions, in one log that others may read as a stream: key = function, headers = <see cref="DeadLetter"/>, payload = Lambda's record.
/// A letter that is removed stays in the log, with a record behind it that says so. When the log is full the oldest letters go, which is counted and told.
/// Any thread may call.
/// </summary>
internal sealed partial class DeadLetterLog : IAsyncDisposable
{
    private static readonly byte[] s_removalHeaders = "removed"u8.ToArray();

    private readonly Metrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Guarded by _gate: identifiers of the letters that there are.
    private readonly Dictionary<string, SortedSet<long>> _letters = new(StringComparer.Ordinal);
    private long _first;

    /// <exception cref="CorruptLogException">What is kept is damaged.</exception>
    /// <exception cref="JsonException">Likewise.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public DeadLetterLog(string folder, long maxBytes, Metrics metrics, TimeProvider clock, ILogger logger)
    {
        (_metrics, _logger) = (metrics, logger);
        Log = AppendLog.Open(
            folder,
            new AppendLogOptions { MaxRecordBytes = 16 * 1024 * 1024, Retention = new LogRetention(Bytes: maxBytes), Full = LogFullPolicy.DropOldest },
            clock,
            logger);
        _first = Log.FirstOffset;
        try
        {
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
        var offset = await Log.AppendAsync(Encoding.UTF8.GetBytes(function), letter.ToBytes(), record);
        lock (_gate)
        {
            Of(function).Add(offset);
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
            if (!_letters.TryGetValue(function, out var letters) || !letters.Contains(id))
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
            var removals = chunk.Select(id => Log.AppendAsync(key, s_removalHeaders, JsonSerializer.SerializeToUtf8Bytes(new DeadLetterRemoval(id, how), DeadLetterJson.Default.DeadLetterRemoval)).AsTask());
            await Task.WhenAll(removals); // one sync for all of them
            lock (_gate)
            {
                Of(function).ExceptWith(chunk);
            }
        }

        ForgetDropped();
    }

    public ValueTask DisposeAsync() => Log.DisposeAsync();

    private List<long> Identifiers(string function, long? before)
    {
        lock (_gate)
        {
            return _letters.TryGetValue(function, out var letters) ? [.. letters.Reverse().SkipWhile(id => id >= before)] : [];
        }
    }

    private StoredDeadLetter? Read(string function, long id)
    {
        using var reader = Log.OpenReader(id);
        if (!reader.TryRead(1, 1, out var records) || records[0].Offset != id || Encoding.UTF8.GetString(records[0].Key.Span) != function)
        {
            return null; // dropped since
        }

        var record = records[0];
        var letter = record.Headers.IsEmpty ? DeadLetter.Read(record.Payload) : JsonSerializer.Deserialize(record.Headers.Span, DeadLetterJson.Default.DeadLetter)!;
        return new StoredDeadLetter(id, record.Timestamp, letter, record.Payload.ToArray());
    }

    private void ReadAll()
    {
        using var reader = Log.OpenReader(_first);
        while (reader.TryRead(256, 1024 * 1024, out var records))
        {
            foreach (var record in records)
            {
                var letters = Of(Encoding.UTF8.GetString(record.Key.Span));
                if (record.Headers.Span.SequenceEqual(s_removalHeaders))
                {
                    letters.Remove(JsonSerializer.Deserialize(record.Payload.Span, DeadLetterJson.Default.DeadLetterRemoval)!.Removed);
                }
                else
                {
                    letters.Add(record.Offset);
                }
            }
        }
    }

    private SortedSet<long> Of(string function)
    {
        if (!_letters.TryGetValue(function, out var letters))
        {
            letters = [];
            _letters.Add(function, letters);
        }

        return letters;
    }

    /// <summary>The log has no room for everything: its oldest letters have gone.</summary>
    private void ForgetDropped()
    {
        var first = Log.FirstOffset;
        List<(string Function, int Letters)> dropped = [];
        lock (_gate)
        {
            if (first == _first)
            {
                return;
            }

            _first = first;
            foreach (var (function, letters) in _letters)
            {
                if (letters.RemoveWhere(id => id < first) is var count and > 0)
                {
                    dropped.Add((function, count));
                }
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
}
