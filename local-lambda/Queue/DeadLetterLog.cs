using System.Text;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>Invocations that were given up, of all functions: key = function, payload = <see cref="DeadLetter"/> as JSON.</summary>
internal sealed class DeadLetterLog(string folder, long maxBytes, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private readonly AppendLog _log = AppendLog.Open(
        folder,
        new AppendLogOptions { MaxRecordBytes = 16 * 1024 * 1024, Retention = new LogRetention(Bytes: maxBytes), Full = LogFullPolicy.DropOldest },
        clock,
        logger);

    public Task AddAsync(string function, DeadLetter letter) => AddAsync(function, letter.ToBytes());

    /// <param name="json">A destination record of Lambda's.</param>
    public async Task AddAsync(string function, ReadOnlyMemory<byte> json) => await _log.AppendAsync(Encoding.UTF8.GetBytes(function), ReadOnlyMemory<byte>.Empty, json);

    /// <summary>The newest dead letters of a function as JSON, oldest first.</summary>
    public IReadOnlyList<byte[]> Newest(string function, int most)
    {
        var key = Encoding.UTF8.GetBytes(function);
        var letters = new Queue<byte[]>();
        using var reader = _log.OpenReader(_log.FirstOffset);
        while (reader.TryRead(64, 1024 * 1024, out var records))
        {
            foreach (var record in records)
            {
                if (record.Key.Span.SequenceEqual(key))
                {
                    letters.Enqueue(record.Payload.ToArray());
                    if (letters.Count > most)
                    {
                        letters.Dequeue();
                    }
                }
            }
        }

        return [.. letters];
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();
}
