using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>
/// Hands one batch to the function until every record of it is done: handled, or given up. Nothing behind it is looked at meanwhile, so the
/// order of a key's records is kept.
/// </summary>
internal sealed partial class BatchRunner(EventSourceMapping mapping, IFunctionInvoker invoker, FailureDestination destination, BatchProgress progress, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private bool ReportsItems => mapping.FunctionResponseTypes.Contains(EventSourceMapping.ReportBatchItemFailures);

    /// <param name="checkpoint">Called with the offset below which all of the batch is done, whenever it moves.</param>
    /// <param name="stopping">Ends waiting; no further invocation is begun.</param>
    /// <param name="giveUp">Ends an invocation under way.</param>
    /// <exception cref="OperationCanceledException">Ended; what is not done comes again.</exception>
    public async Task RunAsync(IReadOnlyList<BatchRecord> batch, Func<long, Task> checkpoint, CancellationToken stopping, CancellationToken giveUp)
    {
        var records = batch.ToArray();
        var parts = new Stack<Part>();
        parts.Push(new Part(0, records.Length));
        while (parts.TryPop(out var part))
        {
            progress.Oldest = records[part.From].Timestamp;
            var (left, done) = await TryAsync(records, part, stopping, giveUp);
            if (done > part.From)
            {
                await checkpoint(records[done - 1].Offset + 1);
            }

            foreach (var next in left)
            {
                parts.Push(next);
            }
        }

        progress.Oldest = null;
    }

    /// <returns>What is still to do of the part, the last piece first; and the place up to which it is done.</returns>
    private async Task<(Part[] Left, int Done)> TryAsync(BatchRecord[] records, Part part, CancellationToken stopping, CancellationToken giveUp)
    {
        if (part.Failures > 0)
        {
            await Task.Delay(WaitAfter(part.Failures), clock, stopping);
        }

        if (TooOld(records, part) is > 0 and var tooOld)
        {
            await GiveUpAsync(records.AsMemory(part.From, tooOld), DiscardedBatch.RecordAgeExceeded, part, stopping);
            return (part.Count > tooOld ? [part with { From = part.From + tooOld, Count = part.Count - tooOld, Failures = 0 }] : [], part.From + tooOld);
        }

        InvocationResult result;
        try
        {
            stopping.ThrowIfCancellationRequested();
            var payload = KinesisEvent.Write(mapping.EventSourceArn, records.AsSpan(part.From, part.Count));
            result = await invoker.InvokeAsync(mapping.FunctionName, payload, InvocationContext.Default with { Qualifier = mapping.Qualifier }, giveUp);
        }
        catch (PayloadTooLargeException) when (part.Count > 1)
        {
            return (part.Halves(), part.From);
        }
        catch (PayloadTooLargeException)
        {
            await GiveUpAsync(records.AsMemory(part.From, 1), DiscardedBatch.RecordTooLarge, part, stopping);
            return ([], part.To);
        }
        catch (Exception exception) when (exception is FunctionThrottledException or FunctionUnavailableException or FunctionNotFoundException)
        {
            // No try of the function's: it only costs time.
            progress.LastResult = BatchProgress.Problem(exception.Message);
            await Task.Delay(WaitAfter(part.Refusals + 1), clock, stopping);
            return ([part with { Refusals = part.Refusals + 1 }], part.From);
        }

        part = part with { Invocations = part.Invocations + 1, Refusals = 0, Result = result };
        var failed = result.FunctionError is not null ? 0 : ReportsItems ? PartialBatchResponse.FirstFailure(result.Payload, records.AsSpan(part.From, part.Count)) : null;
        if (failed is null)
        {
            progress.LastResult = BatchProgress.Ok;
            return ([], part.To);
        }

        progress.LastResult = BatchProgress.Problem(result.FunctionError is null ? "the function reported records that failed" : "Function call failed");
        return await AfterFailureAsync(records, part, failed.Value, stopping);
    }

    private async Task<(Part[] Left, int Done)> AfterFailureAsync(BatchRecord[] records, Part part, int failed, CancellationToken stopping)
    {
        if (failed > 0)
        {
            // The first record that failed had not failed before: its tries are counted from here.
            part = part with { From = part.From + failed, Count = part.Count - failed, Failures = 0 };
        }
        else if (mapping.BisectBatchOnFunctionError && part.Count > 1)
        {
            return (part.Halves(), part.From); // which is no try of either half
        }

        part = part with { Failures = part.Failures + 1 };
        if (mapping.MaximumRetryAttempts < 0 || part.Failures <= mapping.MaximumRetryAttempts)
        {
            return ([part], part.From);
        }

        await GiveUpAsync(records.AsMemory(part.From, part.Count), DiscardedBatch.RetryAttemptsExhausted, part, stopping);
        return ([], part.To);
    }

    private async Task GiveUpAsync(ReadOnlyMemory<BatchRecord> records, string condition, Part part, CancellationToken cancellationToken)
    {
        LogGivenUp(mapping.FunctionName, mapping.EventSourceArn, records.Length, records.Span[0].Offset, records.Span[^1].Offset, condition);
        var record = DiscardedBatch.Write(mapping, records.Span, condition, part.Result, part.Invocations, clock.GetUtcNow());
        if (await destination.SendAsync(mapping.DestinationConfig?.OnFailure?.Destination, mapping.FunctionName, record, cancellationToken) is { } refusal)
        {
            LogNotSent(mapping.FunctionName, mapping.DestinationConfig!.OnFailure!.Destination, refusal);
        }
    }

    private int TooOld(BatchRecord[] records, Part part)
    {
        if (mapping.MaximumRecordAgeInSeconds < 0)
        {
            return 0;
        }

        var oldest = clock.GetUtcNow() - TimeSpan.FromSeconds(mapping.MaximumRecordAgeInSeconds);
        return records.Skip(part.From).Take(part.Count).TakeWhile(record => record.Timestamp < oldest).Count(); // in a stream's order times never decrease
    }

    private static TimeSpan WaitAfter(int failures) => TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(failures - 1, 6)));

    /// <summary>Records of the batch that are handed over together.</summary>
    /// <param name="Failures">Calls that failed with these records, splits not counted.</param>
    /// <param name="Refusals">Calls in a row that were not taken.</param>
    private sealed record Part(int From, int Count, int Failures = 0, int Refusals = 0, int Invocations = 0)
    {
        public InvocationResult? Result { get; init; }

        public int To => From + Count;

        public Part[] Halves() => [this with { From = From + (Count / 2), Count = Count - (Count / 2) }, this with { Count = Count / 2 }];
    }

    [LoggerMessage(3210, LogLevel.Warning, "Function {Function}: {Count} records of {Stream}, {First} to {Last}, are given up: {Condition}")]
    private partial void LogGivenUp(string function, string stream, int count, long first, long last, string condition);

    [LoggerMessage(3211, LogLevel.Warning, "Function {Function}: {Destination} did not take what is told of records that were given up, which is now a dead letter: {Reason}")]
    private partial void LogNotSent(string function, string destination, string reason);
}
