using System.Text;
using Microsoft.Extensions.Logging;
using Roost.Storage;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Output;

/// <summary>
/// Keeps the lines of all functions on disk, in one log: key = function, payload = line. Nobody waits for the disk; a power cut costs the
/// last lines, and a full disk costs lines and never an invocation.
/// </summary>
internal sealed partial class LogStore : IAsyncDisposable
{
    private readonly AppendLog _log;
    private readonly ILogger _logger;
    private int _refused;

    public LogStore(string folder, long retentionBytes, TimeProvider clock, ILogger logger)
    {
        _logger = logger;
        _log = AppendLog.Open(
            folder,
            new AppendLogOptions { Durability = Durability.Memory, Retention = new LogRetention(Bytes: retentionBytes), Full = LogFullPolicy.DropOldest },
            clock,
            logger);
    }

    public void Append(string function, ReadOnlySpan<byte> line)
    {
        try
        {
            Span<byte> key = stackalloc byte[FunctionArn.MaxNameLength];
            _log.Append(key[..Encoding.UTF8.GetBytes(function, key)], [], line);
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException or ObjectDisposedException)
        {
            if (Interlocked.Increment(ref _refused) == 1)
            {
                LogLinesLost(exception.Message);
            }
        }
    }

    /// <summary>Hands out everything kept, oldest first.</summary>
    public void ReadAll(Action<string, LogLine> take)
    {
        using var reader = _log.OpenReader(_log.FirstOffset);
        while (reader.TryRead(512, 256 * 1024, out var records))
        {
            foreach (var record in records)
            {
                take(Encoding.UTF8.GetString(record.Key.Span), new LogLine(record.Timestamp, record.Payload.ToArray(), default));
            }
        }
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [LoggerMessage(3020, LogLevel.Warning, "Functions' log lines are lost from now on, because they cannot be kept: {Reason}")]
    private partial void LogLinesLost(string reason);
}
