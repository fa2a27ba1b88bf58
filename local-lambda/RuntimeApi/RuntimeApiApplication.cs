using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Workers;
using Roost.LocalLambda.Workers.Spares;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>
/// The calls of the Runtime API, version 2018-06-01: next, response, error and init error. One body of a worker is kept in memory at a time, and
/// only one that may be an answer: what a function sends beside its runtime is counted and dropped.
/// </summary>
internal sealed class RuntimeApiApplication(TimeProvider clock) : IHttpApplication<RuntimeApiApplication.Call>
{
    private const string Root = "/2018-06-01/runtime/";
    private const string InvocationPath = Root + "invocation/";
    private const string AssignmentPath = "/roost/assignment";
    private const string TakenPath = AssignmentPath + "/taken";
    private const string Binary = "application/octet-stream";
    private static readonly ReadOnlyMemory<byte> Accepted = "{\"status\":\"OK\"}\n"u8.ToArray();

    public Call CreateContext(IFeatureCollection contextFeatures) => new(new DefaultHttpContext(contextFeatures), contextFeatures.GetRequiredFeature<Worker>());

    public void DisposeContext(Call context, Exception? exception)
    {
        // Nothing is held beyond the request.
    }

    public Task ProcessRequestAsync(Call context)
    {
        var path = context.Http.Request.Path.Value!;
        if (context.Worker.Assignment is { IsDelivered: false } assignment)
        {
            return AssignAsync(context.Http, assignment, path);
        }

        return (context.Http.Request.Method, path) switch
        {
            ("GET", InvocationPath + "next") => NextAsync(context),
            ("POST", Root + "init/error") => InitErrorAsync(context),
            ("POST", _) when path.StartsWith(InvocationPath, StringComparison.Ordinal) && path.EndsWith("/response", StringComparison.Ordinal) =>
                AnswerAsync(context, path[InvocationPath.Length..^"/response".Length], isError: false),
            ("POST", _) when path.StartsWith(InvocationPath, StringComparison.Ordinal) && path.EndsWith("/error", StringComparison.Ordinal) =>
                AnswerAsync(context, path[InvocationPath.Length..^"/error".Length], isError: true),
            ("GET", "/ping" or "/2018-06-01/ping") => ApiAnswer.WriteAsync(context.Http, 200, "text/plain", "pong"u8.ToArray()),
            _ => ApiAnswer.RefuseAsync(context.Http, 404, "InvalidPath", $"There is no {context.Http.Request.Method} {path} in the Runtime API."),
        };
    }

    /// <summary>A spare asks which function it is to become, and says that it has understood before it loads anything of it.</summary>
    private static async Task AssignAsync(HttpContext http, Assignment assignment, string path)
    {
        switch (path)
        {
            case AssignmentPath when assignment.TryAsk(out var asked):
                await ApiAnswer.WriteAsync(http, 200, InvocationResult.Json, await asked.WaitAsync(http.RequestAborted));
                break;
            case TakenPath when assignment.IsGiven:
                assignment.Deliver();
                await ApiAnswer.WriteAsync(http, 200, InvocationResult.Json, Accepted);
                break;
            default:
                await ApiAnswer.InvalidTransitionAsync(http, "There is no function here as yet.");
                break;
        }
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
            await ApiAnswer.InvalidTransitionAsync(http, exception.Message);
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

        await ApiAnswer.WriteAsync(http, 200, worker.Pool.Definition.Encoding == PayloadEncoding.Binary ? Binary : InvocationResult.Json, invocation.Payload);
    }

    private static async Task AnswerAsync(Call call, string requestId, bool isError)
    {
        var (http, worker) = call;
        if (worker.Pool.Running(worker, requestId) is not { } running)
        {
            await (worker.Ready ? ApiAnswer.InvalidRequestIdAsync(http) : ApiAnswer.InvalidTransitionAsync(http, "Transition from Started to Responded is not allowed: there was no invocation yet."));
            return;
        }

        if (Interlocked.CompareExchange(ref worker.ReadingBody, 1, 0) != 0)
        {
            await ApiAnswer.InvalidTransitionAsync(http, "Transition from Responding to Responding is not allowed: another answer is on its way.");
            return;
        }

        try
        {
            using var body = await RequestBody.ReadAsync(http.Request.BodyReader, FunctionErrors.MaxResponseBytes, http.Request.ContentLength, http.RequestAborted);
            if (worker.Pool.TryBeginAnswer(worker, requestId) is not { } invocation)
            {
                await ApiAnswer.InvalidRequestIdAsync(http); // its time was over before the body was complete
            }
            else if (isError)
            {
                worker.Pool.Answer(worker, invocation, ErrorBody.Of(http.Request, body), FunctionErrors.Unhandled);
                await ApiAnswer.WriteAsync(http, 202, InvocationResult.Json, Accepted);
            }
            else
            {
                await RespondAsync(http, worker, invocation, body);
            }
        }
        catch (Exception exception) when (exception is BadHttpRequestException or IOException or OperationCanceledException)
        {
            // The connection ended, or broke the rules of HTTP, in the middle of the answer.
            if (worker.Pool.TryBeginAnswer(worker, requestId) is { } invocation)
            {
                worker.Pool.Answer(worker, invocation, FunctionErrors.Truncated(running.RequestId), FunctionErrors.Unhandled);
                await ApiAnswer.TruncatedAsync(http);
            }
        }
        finally
        {
            Volatile.Write(ref worker.ReadingBody, 0);
        }
    }

    private static Task RespondAsync(HttpContext http, Worker worker, Invocation invocation, RequestBody body)
    {
        var mode = http.Request.Headers["Lambda-Runtime-Function-Response-Mode"].ToString();
        if (mode is not ("" or "streaming"))
        {
            worker.Pool.Answer(worker, invocation, FunctionErrors.InvalidResponseMode(invocation.RequestId), FunctionErrors.Unhandled);
            return ApiAnswer.RefuseAsync(http, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
        }

        if (body.TotalBytes > FunctionErrors.MaxResponseBytes)
        {
            worker.Pool.Answer(worker, invocation, FunctionErrors.ResponseTooLarge(body.TotalBytes), FunctionErrors.Unhandled);
            return ApiAnswer.RefuseAsync(http, 413, "RequestEntityTooLarge", $"Exceeded maximum allowed payload size ({FunctionErrors.MaxResponseBytes} bytes).");
        }

        // A streamed answer that ends in an error says so in trailers, when its body has been read.
        if (mode.Length > 0 && http.Request.CheckTrailersAvailable() && http.Request.GetTrailer("Lambda-Runtime-Function-Error-Type").ToString() is { Length: > 0 } type)
        {
            worker.Pool.Answer(worker, invocation, ErrorBody.OfTrailers(type, http.Request.GetTrailer("Lambda-Runtime-Function-Error-Body").ToString()), FunctionErrors.Unhandled);
            return ApiAnswer.WriteAsync(http, 202, InvocationResult.Json, Accepted);
        }

        if (mode.Length > 0 || worker.Pool.Definition.Encoding == PayloadEncoding.Binary)
        {
            invocation.ContentType = http.Request.ContentType is { Length: > 0 } contentType ? contentType : Binary;
        }

        worker.Pool.Answer(worker, invocation, body.ToArray(), functionError: null);
        return ApiAnswer.WriteAsync(http, 202, InvocationResult.Json, Accepted);
    }

    private static async Task InitErrorAsync(Call call)
    {
        var (http, worker) = call;
        if (worker.Ready)
        {
            await ApiAnswer.InvalidTransitionAsync(http, "Transition from Ready to InitError is not allowed: the initialization is over.");
            return;
        }

        if (Interlocked.CompareExchange(ref worker.ReadingBody, 1, 0) != 0)
        {
            await ApiAnswer.InvalidTransitionAsync(http, "Transition from InitError to InitError is not allowed.");
            return;
        }

        try
        {
            using var body = await RequestBody.ReadAsync(http.Request.BodyReader, FunctionErrors.MaxResponseBytes, http.Request.ContentLength, http.RequestAborted);
            var error = ErrorBody.Of(http.Request, body);
            await ApiAnswer.WriteAsync(http, 202, InvocationResult.Json, Accepted);
            worker.Pool.FailInit(worker, error);
        }
        finally
        {
            Volatile.Write(ref worker.ReadingBody, 0);
        }
    }

    internal sealed record Call(HttpContext Http, Worker Worker);
}
