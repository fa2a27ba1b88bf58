using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.Mqtt;

namespace Roost.LocalLambda.Queue;

/// <summary>Decides what becomes of an asynchronous invocation that has run: its answer goes out, or it runs again later, or it is given up.</summary>
internal sealed partial class QueueFate(IReadOnlyList<RetryDelay> delays, DeadLetterLog deadLetters, IMqttBroker broker, Metrics metrics, TimeProvider clock, ILogger<QueueFate> logger)
{
    /// <summary>Completes when the decision is durable.</summary>
    public async Task DecideAsync(FunctionDefinition function, QueuedInvocation queued, ReadOnlyMemory<byte> payload, InvocationResult result)
    {
        if (result.FunctionError is not null && queued.Failures < delays.Count)
        {
            metrics.Retried(function.Name);
            await delays[queued.Failures].AddAsync(function.Name, queued with { Failures = queued.Failures + 1 }, payload);
            return;
        }

        if (result.FunctionError is not null)
        {
            metrics.DeadLettered(function.Name);
            LogGivenUp(function.Name, queued.RequestId, queued.Failures + 1);
            await deadLetters.AddAsync(function.Name, DeadLetter.Of(function.Arn, queued, payload, result, clock.GetUtcNow()));
        }

        if (queued.AnswerWith(result) is { } answer)
        {
            await broker.PublishAsync(answer);
        }
    }

    [LoggerMessage(3032, LogLevel.Warning, "Function {Function}: invocation {RequestId} failed {Attempts} times and is now a dead letter")]
    private partial void LogGivenUp(string function, string requestId, int attempts);
}
