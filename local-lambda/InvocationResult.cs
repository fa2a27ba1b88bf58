namespace Roost.LocalLambda;

/// <summary>How an invocation ended.</summary>
public sealed record InvocationResult
{
    public const string Json = "application/json";

    public required string RequestId { get; init; }

    /// <summary>200, also when the function failed.</summary>
    public int StatusCode { get; init; } = 200;

    /// <summary>Null when the function answered; <c>Unhandled</c> when it failed, timed out or ended.</summary>
    public string? FunctionError { get; init; }

    /// <summary>The answer's bytes as the function sent them, or the error as a JSON object with <c>errorMessage</c> and <c>errorType</c>.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>
    /// What the payload is: <see cref="Json"/>, but for functions whose encoding is binary, and for those that stream their answer, who name its type themselves.
    /// </summary>
    public string ContentType { get; init; } = Json;

    /// <summary>The last 4 KiB of what the invocation logged, when it was asked for.</summary>
    public ReadOnlyMemory<byte>? LogTail { get; init; }

    /// <summary>The function was not to blame, and has not seen the event: the machine could not start a worker. <see cref="FunctionError"/> is set too.</summary>
    public bool IsFaultOfMachine { get; init; }

    public string ExecutedVersion { get; init; } = FunctionArn.Latest;
}
