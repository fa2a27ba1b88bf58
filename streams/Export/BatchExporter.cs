using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Pacing;
using Roost.Streams.Export.Progress;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export;

/// <summary>Carries one stream to a target that takes batches, from its durable progress on: with the bounds that each batch was first sent with.</summary>
internal sealed class BatchExporter(
    ExportContext context, IStreamCatalog catalog, IExportTarget target, BatchRules rules, int inflight, ExportGate gate, ExportPace pace, ExportTuning tuning)
    : Exporter(context, catalog, gate, tuning), IAsyncDisposable
{
    private const int CommitEvery = 32;

    public ValueTask DisposeAsync() => target.DisposeAsync();

    protected override async Task RunAsync(RecordStream stream, ExportProgress progress, CancellationToken stoppingToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var drain = new CancellationTokenSource();
        await using var drainTimer = Context.Clock.CreateTimer(_ => drain.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stopping = ended.Token.Register(() => drainTimer.Change(Tuning.DrainLimit, Timeout.InfiniteTimeSpan));
        await using var commits = new GroupedCommits(progress.CommitAsync, CommitEvery, _ => { }, OnNotCommitted, Context.Clock);
        using var delivery = new BatchDelivery(Context, Gate, target, progress, rules, commits);
        using var source = new BatchSource(stream, Context.Identity, progress, rules, Context.Losses, Context.Clock);
        var underWay = new List<Task>();
        Task reading = Task.CompletedTask;
        try
        {
            while (true)
            {
                while (underWay.Count >= inflight)
                {
                    await FinishOneAsync(underWay);
                }

                var wasFailing = delivery.IsFailing;
                var next = source.NextAsync(ended.Token).AsTask();
                reading = next;
                await FinishUntilAsync(next, underWay);
                var batch = await next;
                if (await Gate.WaitAsync(ended.Token) || wasFailing)
                {
                    source.CatchUp();
                }

                await pace.TakeRecordsAsync(batch.Records.Count, ended.Token);
                await progress.PlanAsync(null, new OffsetRange(batch.First, batch.Next));
                underWay.Add(delivery.DeliverAsync(batch with { Pace = pace }, drain.Token));
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll([reading, .. underWay]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends with the reading. Till then deliveries come to their ends: one that fails must not wait for a stream that is quiet.</summary>
    private static async Task FinishUntilAsync(Task reading, List<Task> underWay)
    {
        while (!reading.IsCompleted && await Task.WhenAny([reading, .. underWay]) != reading)
        {
            await FinishOneAsync(underWay);
        }
    }

    private static async Task FinishOneAsync(List<Task> underWay)
    {
        var finished = await Task.WhenAny(underWay);
        underWay.Remove(finished);
        await finished;
    }

    private void OnNotCommitted(long offset, Exception exception) => Log.ExportNotCommitted(Context.Logger, Name, Stream, offset, exception);
}
