using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>The loop of one partition: reads a batch, has it done, notes how far it has come.</summary>
internal sealed partial class StreamPartition(
    EventSourceMapping mapping, int number, IFunctionStream stream, long from, BatchRunner runner, BatchProgress progress, CheckpointTable checkpoints, Metrics metrics, TimeProvider clock, ILogger logger)
{
    /// <summary>Records of other partitions are passed over without a write to the disk, up to so many.</summary>
    private const int UnnotedRecords = 10_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    private long _next = from;

    /// <summary>The records of the partition below it are done.</summary>
    public long Next => Volatile.Read(ref _next);

    public async Task RunAsync(CancellationToken stopping, CancellationToken giveUp)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(stopping, giveUp);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return; // the checkpoint knows where to go on
            }
            catch (Exception exception)
            {
                // The stream is closed or damaged, or the disk refused the checkpoint.
                progress.LastResult = BatchProgress.Problem(exception.Message);
                LogStopped(mapping.FunctionName, mapping.EventSourceArn, exception);
                await Task.Delay(RetryAfter, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the loop sees the token
            }
        }
    }

    private async Task ReadAsync(CancellationToken stopping, CancellationToken giveUp)
    {
        using var reader = new BatchReader(mapping, number, stream, _next, clock);
        var lost = 0L;
        while (true)
        {
            var batch = await reader.NextAsync(() => reader.Next - _next >= UnnotedRecords ? CheckpointAsync(reader.Next) : Task.CompletedTask, stopping);
            if (reader.Lost > lost)
            {
                metrics.StreamRecordsLost(mapping.FunctionName, reader.Lost - lost);
                LogLost(mapping.FunctionName, mapping.EventSourceArn, reader.Lost - lost);
                lost = reader.Lost;
            }

            await runner.RunAsync(batch, CheckpointAsync, stopping, giveUp);
            await CheckpointAsync(reader.Next);
        }
    }

    private async Task CheckpointAsync(long next)
    {
        if (next > _next)
        {
            await checkpoints.WriteAsync(mapping.UUID, number, next);
            Volatile.Write(ref _next, next);
        }
    }

    [LoggerMessage(3212, LogLevel.Warning, "Function {Function}: reading {Stream} failed; it goes on in 10 s")]
    private partial void LogStopped(string function, string stream, Exception exception);

    [LoggerMessage(3213, LogLevel.Warning, "Function {Function}: {Count} records of {Stream} were freed by the stream's retention before the function had them")]
    private partial void LogLost(string function, string stream, long count);
}
