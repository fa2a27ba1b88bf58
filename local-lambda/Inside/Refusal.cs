using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Inside;

/// <summary>Why a function's request is not passed on, in AWS's form: the SDKs take the exception's name from the header.</summary>
internal sealed record Refusal(int Status, string Error, string Message)
{
    /// <summary>The data plane's word for what Lambda and streams call <see cref="AccessDenied"/>.</summary>
    public const string Forbidden = "ForbiddenException";

    public const string AccessDenied = "AccessDeniedException";

    public static Refusal Invalid(string message) => new(StatusCodes.Status400BadRequest, "InvalidRequestException", message);

    /// <param name="grant">What would allow it, as it is written in <c>function.yaml</c>.</param>
    public static Refusal Missing(string error, string function, string what, string grant) =>
        new(StatusCodes.Status403Forbidden, error, $"Function {function} may not {what}: its function.yaml has no grants entry like {grant}");

    public static Refusal Throttled(string message) => new(StatusCodes.Status429TooManyRequests, "ThrottlingException", message);

    public async Task WriteAsync(HttpContext context)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["message"] = Message, ["Message"] = Message }, RefusalJson.Default.DictionaryStringString);
        context.Response.StatusCode = Status;
        context.Response.Headers["x-amzn-ErrorType"] = Error;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (Status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
