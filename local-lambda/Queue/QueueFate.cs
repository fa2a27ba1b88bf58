using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Workers;
using Roost.Mqtt;
using Roost.Storage.Logs;

namespace Roost.LocalLambda.Queue;

/// <summary>Decides what becomes of an asynchronous invocation that has run: its answer goes out, or it runs again later, or it is given up.</summary>
internal sealed partial class QueueFate(IReadOnlyList<RetryDelay> delays, DeadLetterLog deadLetters, IMqttBroker broker, Metrics metrics, TimeProvider clock, ILogger<QueueFate> logger)
{
    /// <summary>Completes when the decision is durable.</summary>
    public async Task DecideAsync(string function, QueuedInvocation queued, ReadOnlyMemory<byte> payload, InvocationResult result)
    {
        if (result.FunctionError is null && await RefusalAsync(function, queued, result) is { } refusal)
        {
            // An answer that nobody got is no success. Left in the queue it would hold up the cursor for those behind it.
            result = result with { FunctionError = FunctionErrors.Unhandled, Payload = FunctionErrors.NotStarted(queued.RequestId, refusal) };
        }
        else if (result.FunctionError is null)
        {
            return;
        }

        if (queued.Failures < delays.Count && await IsDelayedAsync(function, queued, payload))
        {
            return;
        }

        metrics.DeadLettered(function);
        LogGivenUp(function, queued.RequestId, queued.Failures + 1);
        await deadLetters.AddAsync(function, DeadLetter.Of(new FunctionArn(function, null), queued, payload, result, clock.GetUtcNow()));
        await RefusalAsync(function, queued, result);
    }

    /// <returns>False when so many events wait already that the event is to be given up.</returns>
    private async Task<bool> IsDelayedAsync(string function, QueuedInvocation queued, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await delays[queued.Failures].AddAsync(function, queued with { Failures = queued.Failures + 1 }, payload);
            metrics.Retried(function);
            return true;
        }
        catch (LogFullException exception)
        {
            LogNotDelayed(function, queued.RequestId, exception.Message);
            return false;
        }
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

    [LoggerMessage(3032, LogLevel.Warning, "Function {Function}: invocation {RequestId} failed {Attempts} times and is now a dead letter")]
    private partial void LogGivenUp(string function, string requestId, int attempts);

    [LoggerMessage(3036, LogLevel.Warning, "Function {Function}: invocation {RequestId} failed and cannot wait for another try: {Reason}")]
    private partial void LogNotDelayed(string function, string requestId, string reason);

    [LoggerMessage(3035, LogLevel.Warning, "Function {Function}: the answer of invocation {RequestId} could not be published: {Reason}")]
    private partial void LogAnswerRefused(string function, string requestId, string reason);
}
