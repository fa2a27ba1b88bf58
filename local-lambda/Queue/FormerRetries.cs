using System.Text;
using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>Events that waited for another try when a former release was stopped: it kept them in lines of their own, <c>retries-1</c> and <c>retries-2</c>.</summary>
internal static class FormerRetries
{
    private static readonly TimeSpan[] s_delays = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)];

    /// <summary>Puts every event into its function's queue, and removes the lines. A crash on the way puts some in twice.</summary>
    /// <param name="queue">Null for a function that there is no more; then its events are given to <paramref name="lost"/>.</param>
    public static async Task TakeOverAsync(
        string dataFolder, Func<string, InvocationQueue?> queue, Func<string, QueuedInvocation, ReadOnlyMemory<byte>, Task> lost, EventClock ages, TimeProvider clock, ILogger logger)
    {
        for (var line = 0; line < s_delays.Length; line++)
        {
            var folder = Path.Combine(dataFolder, $"retries-{line + 1}");
            if (!Directory.Exists(folder))
            {
                continue;
            }

            await using (var log = AppendLog.Open(folder, new AppendLogOptions { MaxRecordBytes = InvocationQueue.MaxRecordBytes }, clock, logger))
            {
                using var reader = log.OpenReader(log.OpenCursor("due", 0).Committed);
                while (reader.TryRead(64, InvocationQueue.MaxRecordBytes, out var records))
                {
                    foreach (var record in records)
                    {
                        var name = Encoding.UTF8.GetString(record.Key.Span);
                        var queued = QueuedInvocation.FromBytes(record.Headers.Span) with { Due = (long)(ages.Now + s_delays[line]).TotalMilliseconds };
                        if (queue(name) is { } waiting)
                        {
                            await waiting.Enqueue(queued, record.Payload.Span);
                        }
                        else
                        {
                            await lost(name, queued, record.Payload);
                        }
                    }
                }
            }

            Directory.Delete(folder, recursive: true);
        }
    }
}
