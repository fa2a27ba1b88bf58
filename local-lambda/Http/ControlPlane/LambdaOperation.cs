using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.Storage;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>What every call of the Lambda API has around it: a request identifier, JSON, and errors as AWS's clients read them.</summary>
internal static class LambdaOperation
{
    // A hash in base64 holds +, which is nobody's danger in an answer that is no HTML.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="run">Returns the body of the answer; null for none.</param>
    /// <param name="bringsCode">On a full disk AWS's clients then hear that code has no more room, which they do not try again; else that it may work later, which they do.</param>
    public static RequestDelegate Of(int status, Func<HttpContext, Task<JsonObject?>> run, bool bringsCode = false) => async http =>
    {
        http.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString("D");
        try
        {
            var body = await run(http);
            http.Response.StatusCode = status;
            if (body is not null)
            {
                await RawResponse.WriteAsync(http, "application/json", JsonSerializer.SerializeToUtf8Bytes(body, s_json));
            }
        }
        catch (Exception exception) when (!http.Response.HasStarted && ErrorOf(exception, bringsCode) is not null)
        {
            await ErrorOf(exception, bringsCode)!.WriteAsync(http);
        }
    };

    public static RequestDelegate Of(int status, Func<HttpContext, JsonObject?> run) => Of(status, http => Task.FromResult(run(http)));

    private static LambdaError? ErrorOf(Exception exception, bool bringsCode) => exception switch
    {
        RequestRefusedException refused => refused.Error,
        _ when LambdaError.Of(exception) is { } error => error,
        _ when FullDisk.IsBehind(exception) && bringsCode => new LambdaError(400, "CodeStorageExceededException", "The disk of the gateway is full. Remove functions or versions that nobody needs."),
        _ when FullDisk.IsBehind(exception) => new LambdaError(503, "ServiceUnavailableException", "The disk of the gateway is full. Free space there, and try again."),
        _ => null,
    };
}
