using Microsoft.Extensions.Logging;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Workers;
using Roost.Mqtt;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>
/// Runs an event of a queue and decides what becomes of it, as AWS Lambda does: failures of the function are tried again a few times, throttles and faults of the machine
/// until the event is too old, and what ends goes to the destination that is set for it, else, when it failed, into the dead letters.
/// </summary>
internal sealed partial class QueueFate(DeadLetterLog deadLetters, DestinationSender destinations, IMqttBroker broker, Metrics metrics, TimeProvider clock, ILogger<QueueFate> logger)
{
    /// <summary>Before the second try; twice as long before the third.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AfterFullDisk = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostBackoff = TimeSpan.FromMinutes(5);

    /// <summary>Completes when what was decided is kept: only marking the event is left to do.</summary>
    /// <param name="expired">It is too old to be run.</param>
    /// <exception cref="FunctionUnavailableException">The function is being closed; nothing is decided.</exception>
    public Task<QueueDecision> DecideAsync(Function function, QueuedInvocation queued, ReadOnlyMemory<byte> payload, bool expired)
    {
        if (queued.Delivery is { } delivery)
        {
            return DeliverAsync(function.Name, queued, delivery, payload, expired);
        }

        return expired
            ? GiveUpAsync(function, new QueueEnd(queued, payload, QueueCondition.EventAgeExceeded, queued.Failures, null))
            : RunAsync(function, queued, payload);
    }

    /// <summary>1 s, 2 s, 4 s and so on up to 5 min.</summary>
    internal static TimeSpan Backoff(int throttles) => FirstBackoff * Math.Min(1 << Math.Min(throttles, 20), MostBackoff / FirstBackoff);

    private async Task<QueueDecision> RunAsync(Function function, QueuedInvocation queued, ReadOnlyMemory<byte> payload)
    {
        if (function.Record?.ReservedConcurrency == 0)
        {
            var refused = NotRun(queued, 429, "the function's reserved concurrency is 0");
            return await GiveUpAsync(function, new QueueEnd(queued, payload, QueueCondition.RetriesExhausted, queued.Failures, refused));
        }

        InvocationResult result;
        try
        {
            var invocation = new Invocation(queued.RequestId, payload, queued.ClientContext, hasCaller: false, withLogTail: false) { Trace = queued.Trace, Routes = queued.Routes };
            if (!function.TryReserve(invocation))
            {
                return Throttled(function, queued, "the function's reserved concurrency is used up");
            }

            function.Submit(invocation, queued.Qualifier, bounded: false);
            result = await invocation.Result;
        }
        catch (FunctionNotFoundException exception)
        {
            return await GiveUpAsync(function, new QueueEnd(queued, payload, QueueCondition.RetriesExhausted, queued.Failures, NotRun(queued, 404, exception.Message)));
        }
        catch (FunctionThrottledException exception)
        {
            return Throttled(function, queued, exception.Message);
        }
        catch (FunctionUnavailableException exception) when (!function.IsClosed)
        {
            return Throttled(function, queued, exception.Message);
        }
        catch (Exception exception) when (exception is not FunctionUnavailableException)
        {
            // A defect of ours counts as a failure of the function: the event is tried again and then given up, never lost.
            LogNotRun(function.Name, queued.RequestId, exception);
            result = NotRun(queued, 200, exception.Message);
        }

        if (result.FunctionError is not null && function.IsClosed)
        {
            // Most likely it was our own stop that ended it, which is no failure of the function's: it runs again after the next start.
            throw new FunctionUnavailableException(function.Name, "the gateway is stopping");
        }

        if (result.IsFaultOfMachine)
        {
            return Throttled(function, queued, "the machine could not start a worker");
        }

        if (result.FunctionError is null && await RefusalAsync(function.Name, queued, result) is { } refusal)
        {
            result = NotRun(queued, 200, refusal); // an answer that nobody got is no success
        }

        return result.FunctionError is null
            ? await EndAsync(function, new QueueEnd(queued, payload, QueueCondition.Success, queued.Failures + 1, result), Settings(function, queued).OnSuccess)
            : await FailedAsync(function, queued, payload, result);
    }

    private async Task<QueueDecision> FailedAsync(Function function, QueuedInvocation queued, ReadOnlyMemory<byte> payload, InvocationResult result)
    {
        if (queued.Failures < Settings(function, queued).RetriesOrDefault())
        {
            metrics.Retried(function.Name);
            return new QueueDecision(FirstRetry * (1 << queued.Failures), queued.Failures + 1);
        }

        return await GiveUpAsync(function, new QueueEnd(queued, payload, QueueCondition.RetriesExhausted, queued.Failures + 1, result));
    }

    private QueueDecision Throttled(Function function, QueuedInvocation queued, string reason)
    {
        LogThrottled(function.Name, queued.RequestId, reason);
        return new QueueDecision(Backoff(queued.Throttles), queued.Failures, queued.Throttles + 1);
    }

    private async Task<QueueDecision> GiveUpAsync(Function function, QueueEnd end)
    {
        LogGivenUp(function.Name, end.Queued.RequestId, end.Attempts, end.Condition);
        var error = end.Result ?? NotRun(end.Queued, 0, "the event has waited for longer than it may");
        await RefusalAsync(function.Name, end.Queued, error);
        if (Settings(function, end.Queued).OnFailure is { } destination)
        {
            return await EndAsync(function, end, destination);
        }

        var (letter, record) = DeadLetter.Of(function.Name, end, clock.GetUtcNow());
        return await BuryAsync(function.Name, end.Queued, letter, record);
    }

    /// <summary>Where the disk does not take the letter it is tried again, and nothing else: the event has had its tries.</summary>
    private async Task<QueueDecision> BuryAsync(string function, QueuedInvocation queued, DeadLetter letter, byte[] record)
    {
        try
        {
            await deadLetters.AddAsync(function, letter, record);
            metrics.DeadLettered(function);
            return QueueDecision.Done;
        }
        catch (Exception exception) when (exception is LogFullException or LogFailedException)
        {
            LogNotBuried(function, queued.RequestId, exception.Message);
            return new QueueDecision(AfterFullDisk, queued.Failures, queued.Throttles) { Record = record, Rest = () => BuryAsync(function, queued, letter, record) };
        }
    }

    private async Task<QueueDecision> EndAsync(Function function, QueueEnd end, string? destination)
    {
        if (destination is null)
        {
            return QueueDecision.Done;
        }

        var record = DestinationRecord.Write(function.Name, end, clock.GetUtcNow(), InvocationQueue.MaxPayloadBytes);
        var delivery = new QueueDelivery(destination, end.Condition, end.Attempts, end.Payload.Length, end.ErrorCode);
        return await DeliverAsync(function.Name, end.Queued with { Delivery = delivery, Throttles = 0 }, delivery, record, expired: false);
    }

    private async Task<QueueDecision> DeliverAsync(string function, QueuedInvocation queued, QueueDelivery delivery, ReadOnlyMemory<byte> record, bool expired)
    {
        var refusal = await destinations.SendAsync(function, delivery.To, record, queued.Hops);
        if (refusal is null)
        {
            metrics.Delivered(function);
            return QueueDecision.Done;
        }

        if (refusal.IsFinal || expired)
        {
            LogNotDelivered(function, queued.RequestId, delivery.To, refusal.Reason);
            metrics.DeadLettered(function);
            await deadLetters.AddAsync(function, DeadLetter.Of(queued, delivery, refusal.Reason), record);
            return QueueDecision.Done;
        }

        LogDeliveryDeferred(function, queued.RequestId, delivery.To, refusal.Reason);
        return new QueueDecision(Backoff(queued.Throttles), queued.Failures, queued.Throttles + 1, queued.Throttles == 0 ? queued with { Throttles = 1 } : null, record);
    }

    /// <summary>Publishes the answer where one is wanted.</summary>
    /// <returns>Null when that is done, else why the broker did not take it.</returns>
    private async Task<string?> RefusalAsync(string function, QueuedInvocation queued, InvocationResult result)
    {
        try
        {
            if (queued.AnswerWith(result) is { } answer)
            {
                await broker.PublishAsync(answer);
            }

            return null;
        }
        catch (MqttPublishRefusedException exception)
        {
            LogAnswerRefused(function, queued.RequestId, exception.Message);
            return $"the answer could not be published: {exception.Message}";
        }
    }

    private static AsyncSettings Settings(Function function, QueuedInvocation queued) => function.Record?.AsyncOf(queued.Qualifier) ?? AsyncSettings.Default;

    private static InvocationResult NotRun(QueuedInvocation queued, int status, string reason) => new()
    {
        RequestId = queued.RequestId,
        StatusCode = status,
        FunctionError = FunctionErrors.Unhandled,
        Payload = FunctionErrors.NotStarted(queued.RequestId, reason),
    };

    [LoggerMessage(3032, LogLevel.Warning, "Function {Function}: invocation {RequestId} is given up after {Attempts} tries: {Condition}")]
    private partial void LogGivenUp(string function, string requestId, int attempts, string condition);

    [LoggerMessage(3034, LogLevel.Error, "Function {Function}: invocation {RequestId} could not be run, which counts as a failure")]
    private partial void LogNotRun(string function, string requestId, Exception exception);

    [LoggerMessage(3035, LogLevel.Warning, "Function {Function}: the answer of invocation {RequestId} could not be published: {Reason}")]
    private partial void LogAnswerRefused(string function, string requestId, string reason);

    [LoggerMessage(3404, LogLevel.Debug, "Function {Function}: invocation {RequestId} goes back into the queue: {Reason}")]
    private partial void LogThrottled(string function, string requestId, string reason);

    [LoggerMessage(3405, LogLevel.Warning, "Function {Function}: {Destination} does not take the record of invocation {RequestId}, which is now a dead letter: {Reason}")]
    private partial void LogNotDelivered(string function, string requestId, string destination, string reason);

    [LoggerMessage(3606, LogLevel.Error, "Function {Function}: the dead letter of invocation {RequestId} cannot be kept and is tried again: {Reason}")]
    private partial void LogNotBuried(string function, string requestId, string reason);

    [LoggerMessage(3406, LogLevel.Debug, "Function {Function}: {Destination} does not take the record of invocation {RequestId} now: {Reason}")]
    private partial void LogDeliveryDeferred(string function, string requestId, string destination, string reason);
}
