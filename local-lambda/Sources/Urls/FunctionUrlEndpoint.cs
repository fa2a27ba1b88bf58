using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.Http;
using Roost.LocalLambda.RuntimeApi;

namespace Roost.LocalLambda.Sources.Urls;

/// <summary><c>/fn/NAME/...</c> and <c>/fn/NAME:ALIAS/...</c>: any request is an event of the function, its result the answer.</summary>
internal sealed class FunctionUrlEndpoint(FunctionHost host, TimeProvider clock)
{
    public const string Prefix = "/fn/";

    public async Task HandleAsync(HttpContext http)
    {
        var requestId = Guid.NewGuid().ToString("D");
        http.Response.Headers["x-amzn-RequestId"] = requestId;
        if (!FunctionArn.TryParse((string)http.GetRouteValue("function")!, out var arn) || !host.TryFind(arn.Name, out var function))
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, "Not Found");
            return;
        }

        if (function.Record?.Url is not { } url)
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, "Forbidden");
            return;
        }

        var origin = http.Request.Headers.Origin.ToString();
        var cors = url.Cors is { } configured && origin.Length > 0 && configured.Allows(origin) ? configured : null;
        if (cors is not null && HttpMethods.IsOptions(http.Request.Method) && http.Request.Headers.AccessControlRequestMethod.Count > 0)
        {
            cors.WritePreflight(http.Response, origin);
            http.Response.ContentLength = 0;
            return;
        }

        await CallAsync(http, arn, requestId, response => cors?.Write(response, origin));
    }

    private async Task CallAsync(HttpContext http, FunctionArn arn, string requestId, Action<HttpResponse> addCors)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // bounded below, by Lambda's limit and in Lambda's words
        }

        using var place = host.InvokeBodies.TryTake(http.Request);
        if (place is null)
        {
            await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "Too Many Requests");
            return;
        }

        using var body = await RequestBody.ReadAsync(http.Request.BodyReader, FunctionHost.MaxPayloadBytes, http.Request.ContentLength, http.RequestAborted);
        if (body.TotalBytes > FunctionHost.MaxPayloadBytes)
        {
            await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, "Request Entity Too Large");
            return;
        }

        try
        {
            var payload = HttpRequestEvent.Write(http, arn.Name, RawPath(http), body.ToArray(), requestId, clock.GetUtcNow());
            body.Dispose(); // the event has it
            place.Keep(payload.Length);
            var result = await host.InvokeAsync(arn.Name, payload, InvocationContext.Default with { Qualifier = arn.Qualifier }, http.RequestAborted);
            if (!place.TryAnswer(result.Payload.Length))
            {
                await RefuseAsync(http, StatusCodes.Status429TooManyRequests, "Too Many Requests");
                return;
            }

            if (result.FunctionError is null && HttpAnswer.Of(result.Payload) is { } answer)
            {
                await answer.WriteAsync(http, addCors);
                return;
            }
        }
        catch (PayloadTooLargeException)
        {
            await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, "Request Entity Too Large"); // by what surrounds the body
            return;
        }
        catch (Exception exception) when (exception is FunctionThrottledException or FunctionNotFoundException)
        {
            await LambdaError.Of(exception)!.WriteAsync(http);
            return;
        }
        catch (FunctionUnavailableException)
        {
            // It cannot run: to the caller that is the same as one that fails.
        }

        addCors(http.Response);
        http.Response.StatusCode = StatusCodes.Status502BadGateway;
        await RawResponse.WriteAsync(http, "text/plain", "Internal Server Error"u8.ToArray());
    }

    /// <summary>What stands behind the function's name, escapes as they were sent; <c>/</c> where nothing does.</summary>
    private static string RawPath(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.StartsWith('/') ? target.Split('?')[0] : http.Request.Path.ToUriComponent(); // a proxy's request names the host, too
        var end = path.IndexOf('/', Prefix.Length);
        return end < 0 ? "/" : path[end..];
    }

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return RawResponse.WriteAsync(http, "application/json", Encoding.UTF8.GetBytes($$"""{"Message":"{{message}}"}"""));
    }
}
