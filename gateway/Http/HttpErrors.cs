using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Roost.Storage;

namespace Roost.Gateway.Http;

/// <summary>The outermost step of every request: nothing leaves it without a status and, for an error, a message.</summary>
internal sealed partial class HttpErrors(ILogger<HttpErrors> logger, IOptions<GatewayOptions> options)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, exception.StatusCode, exception.Message);
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // the client has gone
        }
        catch (Exception exception) when (FullDisk.IsBehind(exception) && !context.Response.HasStarted)
        {
            LogDiskFull(context.Request.Method, context.Request.Path, exception.Message);
            context.Response.Clear();
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"The file system of {options.Value.Data} has no space, and the request was not carried out. Free space there; then it succeeds.");
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailed(context.Request.Method, context.Request.Path, exception);
            context.Response.Clear();
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, "The daemon failed at this request; its log has the reason.");
            return;
        }

        // Routing itself answers 404 and 405 with a bare status.
        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
        {
            await RefuseAsync(context, context.Response.StatusCode, MessageFor(context));
        }
    }

    /// <summary>What is not Roost's own is AWS's, also an operation that is not there: their SDKs want a name for what went wrong.</summary>
    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        var path = context.Request.Path;
        return path.StartsWithSegments("/api", StringComparison.Ordinal) || path == "/healthz" || path == "/metrics"
            ? context.RefuseAsync(status, message)
            : context.RefuseAsAwsAsync(status, ErrorFor(status), message);
    }

    private static string ErrorFor(int status) => status switch
    {
        StatusCodes.Status404NotFound => "UnknownOperationException",
        StatusCodes.Status405MethodNotAllowed => "MethodNotAllowedException",
        StatusCodes.Status413PayloadTooLarge => "RequestEntityTooLargeException",
        StatusCodes.Status503ServiceUnavailable => "ServiceUnavailableException",
        >= 500 => "InternalFailureException",
        _ => "InvalidRequestException",
    };

    private static string MessageFor(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"Nothing is served at {context.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible at {context.Request.Path}; it takes {context.Response.Headers.Allow}.",
        var status => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    };

    [LoggerMessage(5005, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFailed(string method, string path, Exception exception);

    [LoggerMessage(5008, LogLevel.Warning, "{Method} {Path} was refused, as the disk is full: {Reason}")]
    private partial void LogDiskFull(string method, string path, string reason);
}
