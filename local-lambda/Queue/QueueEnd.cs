using System.Text.Json;

namespace Roost.LocalLambda.Queue;

/// <summary>How an asynchronous invocation ended.</summary>
/// <param name="Condition">One of <see cref="QueueCondition"/>.</param>
/// <param name="Attempts">Runs that it had.</param>
/// <param name="Result">Of the last run; null when there was none.</param>
internal sealed record QueueEnd(QueuedInvocation Queued, ReadOnlyMemory<byte> Payload, string Condition, int Attempts, InvocationResult? Result)
{
    /// <summary>A status of HTTP; 0 when nothing was run.</summary>
    public int ErrorCode => Result?.StatusCode ?? 0;

    /// <summary>What the function, or its keeper, said; else the condition.</summary>
    public string ErrorMessage
    {
        get
        {
            if (Result is not { FunctionError: not null } result || !FunctionEvent.IsJson(result.Payload.Span))
            {
                return Condition;
            }

            using var error = JsonDocument.Parse(result.Payload);
            return error.RootElement.ValueKind == JsonValueKind.Object && error.RootElement.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : Condition;
        }
    }
}
