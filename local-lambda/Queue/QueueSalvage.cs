using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Recovery;
using Roost.Storage.Files;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// Makes a queue of what is sound in one that is damaged: the events before and behind the damage, in their order, as far along as their marks say. An event whose mark is
/// damaged runs again. The damaged queue is kept beside it. A crash on the way loses nothing: see <see cref="QueueFolders.Sweep"/>.
/// </summary>
internal sealed class QueueSalvage(string function, string folder, long maxBytes, FoundDamage damage, TimeProvider clock, ILogger logger)
{
    /// <summary>Waits for the disk after so much.</summary>
    private const long MaxPendingBytes = 4 * 1024 * 1024;

    private readonly string _salvaged = QueueFolders.SalvagedOf(folder);

    /// <summary>The damaged queue must be closed.</summary>
    /// <exception cref="LogFullException">There is no room for a second queue; the damaged one is as it was.</exception>
    /// <exception cref="IOException">Likewise, or it cannot be read or written.</exception>
    public async Task RunAsync(EventClock ages)
    {
        var salvage = new LogSalvage(InvocationQueue.MaxRecordBytes);
        var left = new SortedDictionary<long, QueueEntry>();
        foreach (var record in salvage.Read(folder))
        {
            QueueLog.Replay(left, record, ages);
        }

        RemoveHalf(); // of one that a full disk ended
        try
        {
            await WriteAsync(left);
        }
        catch
        {
            RemoveHalf();
            throw;
        }

        var aside = damage.SetAside(folder);
        Directory.Move(_salvaged, folder);
        FileSystemSync.Entries(Path.GetDirectoryName(Path.GetFullPath(folder))!);
        damage.Tell($"Function {function}: its queue was damaged in {salvage.DamagedParts} places. {left.Count} events that wait could be read and run; {salvage.MissingRecords} records at least, "
            + $"events or notes of what became of them, could not. The damaged queue is kept in {aside}; remove it when nothing in it is needed");
    }

    private async Task WriteAsync(SortedDictionary<long, QueueEntry> left)
    {
        await using var log = AppendLog.Open(_salvaged, QueueLog.OptionsFor(maxBytes), clock, logger);
        long offset = -1;
        foreach (var record in new LogSalvage(InvocationQueue.MaxRecordBytes).Read(folder))
        {
            if (!left.TryGetValue(record.Offset, out var entry))
            {
                continue;
            }

            var queued = QueuedInvocation.FromBytes(record.Headers.Span) with
            {
                Replaces = null, // an offset of the damaged one
                Failures = entry.Failures,
                Throttles = entry.Throttles,
                Due = (long)entry.Due.TotalMilliseconds,
            };
            offset = log.Append(record.Key.Span, queued.ToBytes(), record.Payload.Span);
            if (log.PendingBytes > MaxPendingBytes)
            {
                await log.WaitDurableAsync(offset);
            }
        }

        if (offset >= 0)
        {
            await log.WaitDurableAsync(offset); // closing the log would not tell that the disk refused it
        }
    }

    private void RemoveHalf()
    {
        if (Directory.Exists(_salvaged))
        {
            Directory.Delete(_salvaged, recursive: true);
        }
    }
}
