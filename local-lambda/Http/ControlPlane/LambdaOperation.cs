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
    public static RequestDelegate Of(int status, Func<HttpContext, Task<JsonObject?>> run) => async http =>
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
        catch (Exception exception) when (!http.Response.HasStarted && ErrorOf(exception) is not null)
        {
            await ErrorOf(exception)!.WriteAsync(http);
        }
    };

    public static RequestDelegate Of(int status, Func<HttpContext, JsonObject?> run) => Of(status, http => Task.FromResult(run(http)));

    private static LambdaError? ErrorOf(Exception exception) => exception switch
    {
        RequestRefusedException refused => refused.Error,
        _ when FullDisk.IsBehind(exception) && LambdaError.Of(exception) is null => new LambdaError(400, "CodeStorageExceededException", "The disk of the gateway is full. Remove functions or versions that nobody needs."),
        _ => LambdaError.Of(exception),
    };
}
