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
        using var delivery = new BatchDelivery(Context, target, progress, rules, commits);
        using var source = new BatchSource(stream, Context.Identity, progress, rules, Context.Losses, Context.Clock);
        var underWay = new List<Task>();
        try
        {
            while (true)
            {
                await SendNextAsync(source, delivery, progress, underWay, ended.Token, drain.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(underWay).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendNextAsync(BatchSource source, BatchDelivery delivery, ExportProgress progress, List<Task> underWay, CancellationToken ended, CancellationToken drained)
    {
        while (underWay.Count >= inflight)
        {
            await FinishOneAsync(underWay);
        }

        var wasFailing = delivery.IsFailing;
        var batch = await NextAsync(source, underWay, ended);
        if (await Gate.WaitAsync(ended) || wasFailing)
        {
            source.CatchUp();
        }

        await pace.TakeRecordsAsync(batch.Records.Count, ended);
        await progress.PlanAsync(null, new OffsetRange(batch.First, batch.Next));
        underWay.Add(delivery.DeliverAsync(batch with { Pace = pace }, drained));
    }

    /// <summary>Waits for records and for what is under way: a delivery that cannot go on must not wait for a stream that is quiet.</summary>
    private static async Task<ExportBatch> NextAsync(BatchSource source, List<Task> underWay, CancellationToken ended)
    {
        var next = source.NextAsync(ended).AsTask();
        while (!next.IsCompleted)
        {
            if (await Task.WhenAny([next, .. underWay]) != next)
            {
                await FinishOneAsync(underWay);
            }
        }

        return await next;
    }

    private static async Task FinishOneAsync(List<Task> underWay)
    {
        var finished = await Task.WhenAny(underWay);
        underWay.Remove(finished);
        await finished;
    }

    private void OnNotCommitted(long offset, Exception exception) => Log.ExportNotCommitted(Context.Logger, Name, Stream, offset, exception);
}
