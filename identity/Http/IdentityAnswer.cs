using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;

namespace Roost.Identity.Http;

/// <summary>How requests end: in JSON, or with <c>{"message": ...}</c> and the status that fits.</summary>
internal static class IdentityAnswer
{
    // Answers are never part of a page: quotes, + and letters stay as people read them.
    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs the request and answers its failures, as far as the answer has not begun.</summary>
    public static async Task RunAsync(HttpContext context, Func<Task> request)
    {
        context.Response.Headers.CacheControl = "no-store"; // some answers hold what is shown once
        try
        {
            await request();
        }
        catch (Exception exception) when (StatusOf(exception) is { } status && !context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            await WriteAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteString("message", exception is SqliteException ? "The disk did not take the change, and nothing was changed. Look for a full or failing disk." : exception.Message);
                json.WriteEndObject();
            });
        }
    }

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, _json);
        write(json);
        await json.FlushAsync(context.RequestAborted);
        context.Response.BodyWriter.Write("\n"u8); // so that a prompt stands on a line of its own
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        ChangeRefusedException { Fault: ChangeFault.Invalid } => StatusCodes.Status400BadRequest,
        ChangeRefusedException { Fault: ChangeFault.NotFound } => StatusCodes.Status404NotFound,
        ChangeRefusedException => StatusCodes.Status409Conflict,
        BadHttpRequestException bad => bad.StatusCode,
        AuditUnavailableException => StatusCodes.Status503ServiceUnavailable,
        SqliteException => StatusCodes.Status507InsufficientStorage,
        _ => null,
    };
}
