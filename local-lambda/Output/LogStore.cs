using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Recovery;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Output;

/// <summary>
/// The lines of all functions, in one log on the disk: key = function, headers = <see cref="LogRecordHeaders"/>, payload = line. Nobody waits for the disk;
/// a power cut costs the last lines, a full or broken disk costs lines and never an invocation.
/// </summary>
internal sealed partial class LogStore : IAsyncDisposable
{
    // The oldest lines in memory are looked after once in an eighth of the log, which is what one segment holds: long before half of it has passed.
    private const int LooksPerRetention = 8;

    private readonly AppendLog _log;
    private readonly QuietTails _tails;
    private readonly ConcurrentDictionary<string, FunctionLog> _functions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _saved = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<ChannelWriter<LogLine>> _followers = [];
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly long _bytesPerLook;
    private long _bytesToLook;
    private int _looking;
    private int _refused;

    public LogStore(string folder, long retentionBytes, TimeSpan? retentionAge, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        (_clock, _logger) = (clock, logger);
        _bytesToLook = _bytesPerLook = retentionBytes / LooksPerRetention;
        _tails = new QuietTails(Path.Combine(folder, "quiet"));
        _log = AppendLog.Open(
            folder,
            new AppendLogOptions
            {
                Durability = Durability.Memory,
                Retention = new LogRetention(Bytes: retentionBytes, Age: retentionAge),
                Full = LogFullPolicy.DropOldest,
                NeededFrom = long.MaxValue, // damage to old lines is no reason not to start
            },
            clock,
            logger,
            metrics);
    }

    /// <summary>As the constructor, but lines that are damaged where the log needs them to go on are set aside.</summary>
    public static LogStore OpenSound(string folder, long retentionBytes, TimeSpan? retentionAge, FoundDamage damage, TimeProvider clock, ILogger logger, StorageMetrics? metrics = null)
    {
        try
        {
            return new LogStore(folder, retentionBytes, retentionAge, clock, logger, metrics);
        }
        catch (CorruptLogException exception)
        {
            var aside = damage.SetAside(folder);
            damage.Tell($"What functions printed before is damaged and a new log begins empty (at line {exception.Offset}: {exception.Reason}). The damaged log is kept in {aside}: remove it when nothing in it is needed");
            return new LogStore(folder, retentionBytes, retentionAge, clock, logger, metrics);
        }
    }

    /// <summary>What everything is kept in, for who shows it as a stream.</summary>
    public AppendLog Log => _log;

    /// <summary>The log of a function, which is made by the first who asks for it.</summary>
    public FunctionLog Of(string function)
    {
        if (_functions.TryGetValue(function, out var known))
        {
            return known;
        }

        lock (_gate)
        {
            return _functions.GetOrAdd(function, name =>
            {
                var made = new FunctionLog(name, this, _clock);
                _followers.ForEach(follower => made.Follow(follower, out _));
                return made;
            });
        }
    }

    /// <summary>The function has been removed. Its lines stay in the common log until others push them out.</summary>
    public void Forget(string function)
    {
        _functions.TryRemove(function, out _);
        _saved.TryRemove(function, out _);
        _tails.Remove(function);
    }

    /// <summary>Puts what was kept in an earlier life of the daemon back into the memory of those functions that are there.</summary>
    public void Restore()
    {
        var first = _log.FirstOffset;
        foreach (var (function, log) in _functions)
        {
            var tail = _tails.Read(function);
            foreach (var line in tail.Where(line => line.Offset < first))
            {
                log.Restore(line);
            }

            // After a power cut the log may end before what had been saved of it.
            _saved[function] = Math.Min(tail.Count > 0 ? tail[^1].Offset!.Value : -1, _log.NextOffset - 1);
        }

        try
        {
            foreach (var line in ReadKept())
            {
                if (_functions.TryGetValue(line.Function, out var log))
                {
                    log.Restore(line);
                }
            }
        }
        catch (CorruptLogException exception)
        {
            LogNotRestored(exception.Message); // old lines are missing in memory, and nothing else
        }
    }

    /// <returns>The line's offset; null when it could not be kept.</returns>
    public long? Append(string function, ReadOnlySpan<byte> line, in LogOrigin origin)
    {
        try
        {
            Span<byte> key = stackalloc byte[FunctionArn.MaxNameLength];
            var offset = _log.Append(key[..Encoding.UTF8.GetBytes(function, key)], LogRecordHeaders.Encode(origin, line), line);
            if (Interlocked.Add(ref _bytesToLook, -line.Length) < 0)
            {
                Look();
            }

            return offset;
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException or ObjectDisposedException)
        {
            if (Interlocked.Increment(ref _refused) == 1)
            {
                LogLinesLost(exception.Message);
            }

            return null;
        }
    }

    /// <summary>Everything on the disk, oldest first.</summary>
    public IEnumerable<LogLine> ReadKept()
    {
        using var reader = _log.OpenReader(_log.FirstOffset);
        while (reader.TryRead(512, 256 * 1024, out var records))
        {
            foreach (var record in records)
            {
                yield return new LogLine(
                    Encoding.UTF8.GetString(record.Key.Span), record.Timestamp, record.Payload.ToArray(), LogRecordHeaders.Decode(record.Headers.Span), record.Offset);
            }
        }
    }

    /// <summary>The lines of one function, or of all, oldest first.</summary>
    /// <param name="follower">Gets each line that comes after them; null for none. <see cref="Unfollow"/> ends it.</param>
    public LogHistory Open(FunctionLog? function, ChannelWriter<LogLine>? follower)
    {
        lock (_gate)
        {
            if (function is null && follower is not null)
            {
                _followers.Add(follower);
            }

            var history = new LogHistory(this);
            foreach (var log in function is null ? _functions.Values : [function])
            {
                history.Add(log, follower);
            }

            return history;
        }
    }

    public void Unfollow(ChannelWriter<LogLine> follower)
    {
        lock (_gate)
        {
            _followers.Remove(follower);
            foreach (var log in _functions.Values)
            {
                log.Unfollow(follower);
            }
        }
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static store => store.SaveQuiet(), this, preferLocal: false);
        }
    }

    /// <summary>Saves the last lines of those functions of which some are soon to be pushed out of the common log.</summary>
    private void SaveQuiet()
    {
        try
        {
            Interlocked.Exchange(ref _bytesToLook, _bytesPerLook);
            var oldestQuarter = _log.FirstOffset + ((_log.NextOffset - _log.FirstOffset) / 4);
            foreach (var (function, log) in _functions)
            {
                // All of them at once: it takes most of the log before those that come now are old enough to be saved again.
                var saved = _saved.GetValueOrDefault(function, -1);
                var kept = log.NewestKept();
                if (kept.Any(line => line.Offset > saved && line.Offset < oldestQuarter))
                {
                    _tails.Save(function, kept);
                    _saved[function] = kept[^1].Offset!.Value;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            LogTailsLost(exception.Message);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "Functions' log lines are lost from now on, because they cannot be kept: {Reason}")]
    private partial void LogLinesLost(string reason);

    [LoggerMessage(3604, LogLevel.Warning, "Lines that functions printed before this start are damaged, and are not shown from there on: {Reason}")]
    private partial void LogNotRestored(string reason);

    [LoggerMessage(3500, LogLevel.Warning, "The last lines of functions that print little could not be set aside, and are lost when others print much: {Reason}")]
    private partial void LogTailsLost(string reason);
}
