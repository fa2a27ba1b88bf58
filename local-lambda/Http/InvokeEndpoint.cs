using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Http;

/// <summary><c>POST /2015-03-31/functions/{name}/invocations</c>: AWS Lambda's Invoke, and the calls that are like it.</summary>
/// <param name="answer">Writes the answer of an invocation that was waited for; null for Invoke's own.</param>
/// <param name="type">The invocation type of a call that has no header for it.</param>
internal sealed class InvokeEndpoint(FunctionHost host, TimeProvider clock, Func<HttpContext, InvocationResult, Task>? answer = null, string? type = null)
{
    /// <summary>Of the header, in base64: as AWS has it.</summary>
    private const int MaxClientContextLength = 3583;

    private static readonly LambdaError s_noRoom =
        new(429, "TooManyRequestsException", "Rate Exceeded: the events and answers of other callers take all the memory that there is for them.", "CallerRateLimitExceeded");

    private const string TraceHeader = "X-Amzn-Trace-Id";

    public async Task HandleAsync(HttpContext http)
    {
        var trace = TraceContext.From(http.Request.Headers[TraceHeader], http.Request.Headers.TraceParent, http.Request.Headers.TraceState) ?? TraceContext.NewRoot(clock);
        http.Response.Headers[TraceHeader] = trace.XRay;
        http.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString("D");
        try
        {
            if (await RunAsync(http, trace) is { } error)
            {
                await error.WriteAsync(http);
            }
        }
        catch (Exception exception) when (LambdaError.Of(exception) is not null)
        {
            await LambdaError.Of(exception)!.WriteAsync(http);
        }
    }

    private async Task<LambdaError?> RunAsync(HttpContext http, TraceContext trace)
    {
        if (!FunctionName.TryRead(http, out var name, out var qualifier, out var error))
        {
            return error;
        }

        if (!TryReadClientContext(http.Request, out var clientContext))
        {
            return new(400, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object.");
        }

        host.Demand(name, qualifier); // before a byte is read: who calls nobody sends for nothing
        using var place = host.InvokeBodies.TryTake(http.Request);
        if (place is null)
        {
            return s_noRoom;
        }

        var binary = host.IsBinary(name, qualifier);
        var payload = await ReadEventAsync(http, binary);
        place.Keep(payload.Length);
        if (!binary && FunctionEvent.FaultOf(payload) is { } fault)
        {
            return new(400, "InvalidRequestContentException", $"Could not parse request body into json: {fault}");
        }

        var context = new InvocationContext { ClientContextJson = clientContext, Qualifier = qualifier, Trace = trace, Routes = http.Features.Get<FunctionCaller>()?.Routes };
        switch (type ?? http.Request.Headers["X-Amz-Invocation-Type"].ToString())
        {
            case "" or "RequestResponse":
                var withTail = http.Request.Headers["X-Amz-Log-Type"] == "Tail";
                var result = await host.InvokeAsync(name, payload, context with { WithLogTail = withTail }, http.RequestAborted);
                if (!place.TryAnswer(result.Payload.Length))
                {
                    return s_noRoom;
                }

                await (answer ?? AnswerAsync)(http, result);
                return null;
            case "Event" when answer is null:
                http.Response.Headers["x-amzn-RequestId"] = await host.EnqueueAsync(name, payload, context, http.RequestAborted);
                http.Response.StatusCode = StatusCodes.Status202Accepted;
                http.Response.ContentLength = 0;
                return null;
            case "DryRun":
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return null;
            case var other:
                return new(400, "InvalidParameterValueException", $"Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]");
        }
    }

    /// <exception cref="PayloadTooLargeException">It is larger than Lambda's limit.</exception>
    private static async Task<byte[]> ReadEventAsync(HttpContext http, bool binary)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // bounded below, by Lambda's limit and in Lambda's words
        }

        using var body = await RequestBody.ReadAsync(http.Request.BodyReader, FunctionHost.MaxPayloadBytes, http.Request.ContentLength, http.RequestAborted);
        if (body.TotalBytes > FunctionHost.MaxPayloadBytes)
        {
            throw new PayloadTooLargeException(body.TotalBytes, FunctionHost.MaxPayloadBytes);
        }

        return body.TotalBytes == 0 && !binary ? "{}"u8.ToArray() : body.ToArray(); // as AWS: no event is an empty one
    }

    private static Task AnswerAsync(HttpContext http, InvocationResult result)
    {
        var headers = http.Response.Headers;
        headers["x-amzn-RequestId"] = result.RequestId;
        headers["X-Amz-Executed-Version"] = result.ExecutedVersion;
        if (result.FunctionError is { } error)
        {
            headers["X-Amz-Function-Error"] = error;
        }

        if (result.LogTail is { } tail)
        {
            headers["X-Amz-Log-Result"] = Convert.ToBase64String(tail.Span);
        }

        http.Response.StatusCode = result.StatusCode;
        return RawResponse.WriteAsync(http, result.ContentType, result.Payload);
    }

    private static bool TryReadClientContext(HttpRequest request, out string? json)
    {
        json = null;
        var text = request.Headers["X-Amz-Client-Context"].ToString();
        if (text.Length == 0)
        {
            return true;
        }

        var bytes = new byte[text.Length];
        if (text.Length > MaxClientContextLength || !Convert.TryFromBase64String(text, bytes, out var length)
            || !bytes.AsSpan(0, length).TrimStart(" \t\r\n"u8).StartsWith("{"u8) || !FunctionEvent.IsJson(bytes.AsSpan(0, length)))
        {
            return false;
        }

        json = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        return true;
    }
}
