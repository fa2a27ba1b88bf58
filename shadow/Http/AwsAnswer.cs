using Microsoft.AspNetCore.Http;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Http;

/// <summary>
/// Answers as the cloud's SDKs want them: they take the type of the exception from the header <c>x-amzn-ErrorType</c>. Without it
/// they would call it by the number in the body's <c>code</c>.
/// </summary>
internal static class AwsAnswer
{
    public static Task WriteAsync(HttpContext context, ShadowAnswer answer)
    {
        if (answer.Error is { } error)
        {
            SetError(context, error);
        }

        if (answer.Revision is { } revision)
        {
            context.Response.Headers.ETag = EntityTags.Of(revision);
        }

        return WriteBodyAsync(context, answer.Body);
    }

    public static Task WriteErrorAsync(HttpContext context, ShadowError error)
    {
        SetError(context, error);
        var now = context.RequestServices.GetService(typeof(TimeProvider)) as TimeProvider ?? TimeProvider.System;
        return WriteBodyAsync(context, MessageWriter.Rejected(error, now.GetUtcNow().ToUnixTimeSeconds(), token: null));
    }

    private static void SetError(HttpContext context, ShadowError error)
    {
        context.Response.StatusCode = error.Code;
        context.Response.Headers["x-amzn-ErrorType"] = error.Code switch
        {
            400 => "InvalidRequestException",
            404 => "ResourceNotFoundException",
            405 => "MethodNotAllowedException",
            409 => "ConflictException",
            412 => "PreconditionFailedException",
            413 => "RequestEntityTooLargeException",
            415 => "UnsupportedDocumentEncodingException",
            429 => "ThrottlingException",
            ShadowError.Unavailable => "ServiceUnavailableException",
            _ => "InternalFailureException",
        };
    }

    private static Task WriteBodyAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
