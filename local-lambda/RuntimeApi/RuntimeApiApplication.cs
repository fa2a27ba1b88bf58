using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>The calls of the Runtime API, version 2018-06-01: next, response, error and init error.</summary>
internal sealed class RuntimeApiApplication(TimeProvider clock) : IHttpApplication<RuntimeApiApplication.Call>
{
    private const string Root = "/2018-06-01/runtime/";
    private const string InvocationPath = Root + "invocation/";
    private static readonly ReadOnlyMemory<byte> Accepted = "{\"status\":\"OK\"}\n"u8.ToArray();

    public Call CreateContext(IFeatureCollection contextFeatures) => new(new DefaultHttpContext(contextFeatures), contextFeatures.GetRequiredFeature<Worker>());

    public void DisposeContext(Call context, Exception? exception)
    {
        // Nothing is held beyond the request.
    }

    public Task ProcessRequestAsync(Call context)
    {
        var path = context.Http.Request.Path.Value!;
        return (context.Http.Request.Method, path) switch
        {
            ("GET", InvocationPath + "next") => NextAsync(context),
            ("POST", Root + "init/error") => InitErrorAsync(context),
            ("POST", _) when path.StartsWith(InvocationPath, StringComparison.Ordinal) && path.EndsWith("/response", StringComparison.Ordinal) =>
                ResponseAsync(context, path[InvocationPath.Length..^"/response".Length]),
            ("POST", _) when path.StartsWith(InvocationPath, StringComparison.Ordinal) && path.EndsWith("/error", StringComparison.Ordinal) =>
                ErrorAsync(context, path[InvocationPath.Length..^"/error".Length]),
            ("GET", "/ping" or "/2018-06-01/ping") => WriteAsync(context.Http, 200, "text/plain", "pong"u8.ToArray()),
            _ => RefuseAsync(context.Http, 404, "InvalidPath", $"There is no {context.Http.Request.Method} {path} in the Runtime API."),
        };
    }

    private async Task NextAsync(Call call)
    {
        var (http, worker) = call;
        Invocation? invocation;
        try
        {
            var next = worker.Pool.NextAsync(worker);
            if (next.IsCompleted)
            {
                invocation = await next;
            }
            else
            {
                await using var gone = http.RequestAborted.UnsafeRegister(static state => ((Worker)state!).Pool.Unpark((Worker)state), worker);
                invocation = await next;
            }
        }
        catch (InvalidOperationException exception)
        {
            await RefuseAsync(http, 403, "InvalidStateTransition", exception.Message);
            return;
        }

        if (invocation is null)
        {
            http.Abort();
            return;
        }

        var headers = http.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = invocation.Deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = worker.Pool.Arn;
        headers["Lambda-Runtime-Trace-Id"] = (invocation.Trace ??= TraceContext.NewRoot(clock)).XRay;
        if (invocation.ClientContextJson is { } context)
        {
            headers["Lambda-Runtime-Client-Context"] = HeaderText.Escape(context);
        }

        await WriteAsync(http, 200, "application/json", invocation.Payload);
    }

    private static async Task ResponseAsync(Call call, string requestId)
    {
        var (http, worker) = call;
        var limit = FunctionErrors.MaxResponseBytes;
        using var body = await RequestBody.ReadAsync(http.Request.BodyReader, limit, http.Request.ContentLength, http.RequestAborted);
        if (worker.Pool.TryBeginAnswer(worker, requestId) is not { } invocation)
        {
            await RefuseAsync(http, 400, "InvalidRequestID", "Invalid request ID");
            return;
        }

        if (body.TotalBytes > limit)
        {
            worker.Pool.Answer(worker, invocation, FunctionErrors.ResponseTooLarge(body.TotalBytes), FunctionErrors.Unhandled);
            await RefuseAsync(http, 413, "RequestEntityTooLarge", $"Exceeded maximum allowed payload size ({limit} bytes).");
            return;
        }

        worker.Pool.Answer(worker, invocation, body.ToArray(), functionError: null);
        await WriteAsync(http, 202, "application/json", Accepted);
    }

    private static async Task ErrorAsync(Call call, string requestId)
    {
        var (http, worker) = call;
        var error = await ReadErrorAsync(http);
        if (worker.Pool.TryBeginAnswer(worker, requestId) is not { } invocation)
        {
            await RefuseAsync(http, 400, "InvalidRequestID", "Invalid request ID");
            return;
        }

        worker.Pool.Answer(worker, invocation, error, FunctionErrors.Unhandled);
        await WriteAsync(http, 202, "application/json", Accepted);
    }

    private static async Task InitErrorAsync(Call call)
    {
        var (http, worker) = call;
        var error = await ReadErrorAsync(http);
        await WriteAsync(http, 202, "application/json", Accepted);
        worker.Pool.FailInit(worker, error);
    }

    /// <summary>The error as the runtime tells it; one that is no JSON object gets the shape of one, its type from the header.</summary>
    private static async Task<byte[]> ReadErrorAsync(HttpContext http)
    {
        using var body = await RequestBody.ReadAsync(http.Request.BodyReader, FunctionErrors.MaxResponseBytes, http.Request.ContentLength, http.RequestAborted);
        var bytes = body.TotalBytes > FunctionErrors.MaxResponseBytes ? [] : body.ToArray();
        if (bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8) && FunctionEvent.IsJson(bytes))
        {
            return bytes;
        }

        var type = http.Request.Headers["Lambda-Runtime-Function-Error-Type"].ToString();
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["errorMessage"] = System.Text.Encoding.UTF8.GetString(bytes),
            ["errorType"] = type.Length > 0 ? type : "Function.Unknown",
        });
    }

    private static Task RefuseAsync(HttpContext http, int status, string type, string message) =>
        WriteAsync(http, status, "application/json", JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["errorMessage"] = message, ["errorType"] = type }));

    private static async Task WriteAsync(HttpContext http, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    internal sealed record Call(HttpContext Http, Worker Worker);
}
