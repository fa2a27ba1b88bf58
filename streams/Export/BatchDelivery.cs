using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Progress;
using Roost.Streams.Export.Targets;

namespace Roost.Streams.Export;

/// <summary>Sends batches to a target until they are done: taken, or divided down to the records that never will be. Several may be under way.</summary>
internal sealed class BatchDelivery(ExportContext context, ExportGate gate, IExportTarget target, ExportProgress progress, BatchRules rules, GroupedCommits commits) : IDisposable
{
    /// <summary>A target that refuses so many in a row refuses us, and not each of them for a fault of its own.</summary>
    private const int MostRefusedInRow = 20;

    private readonly Recovery _recovery = new(context.Options.Retry, context.Clock);

    private int _refusedInRow;

    /// <summary>The target does not take anything at the moment.</summary>
    public bool IsFailing => _recovery.IsFailing;

    /// <summary>Returns when every record of the batch is done.</summary>
    /// <exception cref="OperationCanceledException">The daemon stops; what was sent may have arrived.</exception>
    /// <exception cref="IOException">The bounds of a divided batch could not be noted.</exception>
    public async Task DeliverAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            var tried = await _recovery.EnterAsync(cancellationToken);
            if (batch.Records[^1].Timestamp < rules.OldestAt(context.Clock))
            {
                _recovery.Leave(tried);
                context.Losses.Expired(batch.Records.Count);
                Done(batch);
                return;
            }

            Delivery delivery;
            try
            {
                await gate.WaitAsync(cancellationToken); // a batch that fails is not under way for ever once an operator has paused its export
                delivery = await target.SendAsync(batch, cancellationToken);
            }
            catch
            {
                _recovery.Leave(tried);
                throw;
            }

            if (await TrySettleAsync(batch, delivery, tried, cancellationToken))
            {
                return;
            }

            context.Counters.Retried(batch.Records.Count);
        }
    }

    public void Dispose() => _recovery.Dispose();

    private async Task<bool> TrySettleAsync(ExportBatch batch, Delivery delivery, bool tried, CancellationToken cancellationToken)
    {
        switch (delivery.Outcome)
        {
            case DeliveryOutcome.Accepted:
                Volatile.Write(ref _refusedInRow, 0);
                NoteAnswer(tried);
                context.Counters.Acknowledged(batch.Records.Count, batch.Bytes);
                Done(batch);
                return true;
            case DeliveryOutcome.Refused when batch.Records.Count > 1:
                NoteAnswer(tried);
                await DivideAsync(batch, cancellationToken);
                return true;
            case DeliveryOutcome.Refused when Volatile.Read(ref _refusedInRow) >= MostRefusedInRow:
                Defer(batch, delivery with { Reason = $"{MostRefusedInRow} records in a row were refused, so that the fault is hardly theirs; correct the export or its target, and no more are given up. {delivery.Reason}" }, tried);
                return false;
            case DeliveryOutcome.Refused:
                if (await context.TryGiveUpAsync(batch.Records[0], delivery.Reason) is { } obstacle)
                {
                    Defer(batch, delivery with { Reason = $"record {batch.First} is refused: {delivery.Reason} {obstacle}" }, tried);
                    return false;
                }

                Interlocked.Increment(ref _refusedInRow);
                NoteAnswer(tried);
                Done(batch);
                return true;
            default:
                Defer(batch, delivery, tried);
                return false;
        }
    }

    private async Task DivideAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        var halves = batch.Halves();
        await progress.PlanAsync(RangeOf(batch), RangeOf(halves[0]), RangeOf(halves[1]));
        await DeliverAsync(halves[0], cancellationToken);
        await DeliverAsync(halves[1], cancellationToken);
    }

    private void NoteAnswer(bool tried)
    {
        context.Fault = null;
        if (_recovery.Succeeded(tried))
        {
            Log.ExportRecovered(context.Logger, context.Identity.Name, context.Identity.Stream, context.Destination);
        }
    }

    private void Defer(ExportBatch batch, Delivery delivery, bool tried)
    {
        var delay = _recovery.Failed(tried, delivery.RetryAfter, out var began);
        context.Fault = delivery.Reason;
        if (began)
        {
            Log.ExportDeferred(context.Logger, context.Identity.Name, context.Identity.Stream, batch.First, batch.Next - 1, context.Destination, delivery.Reason);
        }
        else
        {
            Log.ExportStillDeferred(context.Logger, context.Identity.Name, context.Identity.Stream, batch.First, batch.Next - 1, delivery.Reason, delay);
        }
    }

    private void Done(ExportBatch batch)
    {
        progress.MarkDone(RangeOf(batch));
        commits.Add(batch.Next);
    }

    private static OffsetRange RangeOf(ExportBatch batch) => new(batch.First, batch.Next);
}
