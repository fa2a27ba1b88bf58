using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.RuntimeApi;

/// <summary>The error that a runtime tells, as the caller gets it: always a JSON object.</summary>
internal static class ErrorBody
{
    private const string WithCause = "application/vnd.aws.lambda.error.cause+json";

    /// <summary>The body as it is. One that is no JSON object becomes the message of one, its type from the header.</summary>
    public static byte[] Of(HttpRequest request, RequestBody body)
    {
        var bytes = body.TotalBytes > FunctionErrors.MaxResponseBytes ? [] : body.ToArray();
        if (!IsObject(bytes))
        {
            return Made(request.Headers["Lambda-Runtime-Function-Error-Type"].ToString(), Encoding.UTF8.GetString(bytes));
        }

        return request.ContentType == WithCause ? WithoutCause(bytes) : bytes;
    }

    /// <param name="bodyBase64">Of the trailer; what is no base64 or no JSON object is left out.</param>
    public static byte[] OfTrailers(string type, string bodyBase64)
    {
        var text = Encoding.ASCII.GetBytes(bodyBase64);
        if (Base64.DecodeFromUtf8InPlace(text, out var length) == System.Buffers.OperationStatus.Done && IsObject(text.AsSpan(0, length)))
        {
            return text[..length];
        }

        return Made(type, "");
    }

    private static bool IsObject(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && FunctionEvent.IsJson(bytes);

    private static byte[] Made(string type, string message) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
    {
        ["errorMessage"] = message,
        ["errorType"] = type.Length > 0 ? type : "Function.Unknown",
    });

    /// <summary>This content type carries the error and, for X-Ray alone, its cause.</summary>
    private static byte[] WithoutCause(byte[] bytes)
    {
        var document = JsonNode.Parse(bytes)!.AsObject();
        var error = new JsonObject();
        foreach (var name in (string[])["errorMessage", "errorType", "stackTrace"])
        {
            if (document.Remove(name, out var value))
            {
                error[name] = value;
            }
        }

        return Encoding.UTF8.GetBytes(error.ToJsonString());
    }
}
