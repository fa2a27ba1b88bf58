using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http;

/// <summary>The form of Roost's own answers: JSON, and <c>{"message": "..."}</c> for everything that went wrong.</summary>
internal static class HttpAnswers
{
    public const string Json = "application/json";

    // Answers are never part of a page: + and ' stay as they are, so that people can read topics.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task RefuseAsync(this HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.AnswerAsync(writer => writer.WriteString("message", message));
    }

    /// <summary>An error in AWS's form: their SDKs take the exception's name from the header.</summary>
    public static Task RefuseAsAwsAsync(this HttpContext context, int status, string error, string message)
    {
        context.Response.Headers["x-amzn-ErrorType"] = error;
        return context.RefuseAsync(status, message);
    }

    /// <summary>Answers with one JSON object whose members <paramref name="write"/> writes.</summary>
    public static async Task AnswerAsync(this HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = Json;
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, _options);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted); // so that a prompt stands on a line of its own
    }
}
