using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http;

/// <summary>An error of the Lambda API as AWS tells it: a type in the header, from which clients make their exception, and a message in the body.</summary>
internal sealed record LambdaError(int Status, string Type, string Message, string? Reason = null, IReadOnlyList<string>? Faults = null)
{
    /// <returns>Null for what is no refusal but a defect.</returns>
    public static LambdaError? Of(Exception exception) => exception switch
    {
        RightMissingException => new(403, "AccessDeniedException", exception.Message),
        FunctionNotFoundException => new(404, "ResourceNotFoundException", exception.Message),
        FunctionThrottledException throttled => new(
            429, "TooManyRequestsException", $"Rate Exceeded. {throttled.Message}", throttled.IsQueue ? "FunctionInvocationRateLimitExceeded" : "ReservedFunctionConcurrentInvocationLimitExceeded"),
        FunctionUnavailableException unavailable => new(502, "ResourceNotReadyException", exception.Message, Faults: unavailable.Faults),
        FunctionLoopException => new(400, "RecursiveInvocationException", exception.Message),
        PayloadTooLargeException => new(413, "RequestTooLargeException", exception.Message),
        _ => null,
    };

    public Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        http.Response.Headers["x-amzn-ErrorType"] = Type;
        if (Status == StatusCodes.Status429TooManyRequests)
        {
            http.Response.Headers.RetryAfter = "1";
        }

        // Clients differ in which spelling of the message they read.
        var body = new Dictionary<string, object> { ["Type"] = "User", ["Message"] = Message, ["message"] = Message };
        if (Reason is not null)
        {
            body["Reason"] = Reason;
        }

        if (Faults is { Count: > 0 })
        {
            body["faults"] = Faults;
        }

        return OwnJson.WriteAsync(http, body);
    }
}
