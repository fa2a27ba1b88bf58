using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Storage.Logs;
using Roost.Streams.Cursors;

namespace Roost.Streams.Http;

/// <summary>How requests end: in JSON, or with <c>{"message": ...}</c> and the status that fits.</summary>
internal static class Answer
{
    /// <summary>Answers are never part of a page: quotes, + and letters stay as people read them.</summary>
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Runs the request and answers its failures, as far as the answer has not begun.</summary>
    public static async Task RunAsync(HttpContext context, Func<Task> request)
    {
        try
        {
            await request();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // nobody is there to answer
        }
        catch (Exception exception) when (StatusOf(exception) is { } status && !context.Response.HasStarted)
        {
            context.Response.StatusCode = status;
            await WriteAsync(context, json =>
            {
                json.WriteStartObject();
                json.WriteString("message", exception.Message);
                if (exception is RequestRefusedException { Faults.Count: > 0 } refused)
                {
                    json.WriteStartArray("faults");
                    foreach (var fault in refused.Faults)
                    {
                        json.WriteStringValue(fault);
                    }

                    json.WriteEndArray();
                }

                if (exception is OutOfSequenceException sequence)
                {
                    json.WriteNumber("expectedEpoch", sequence.ExpectedEpoch);
                    json.WriteNumber("expectedSequence", sequence.ExpectedSequence);
                }

                json.WriteEndObject();
            });
        }
    }

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Json);
        write(json);
        await json.FlushAsync(context.RequestAborted);
        context.Response.BodyWriter.Write("\n"u8); // so that a prompt stands on a line of its own
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static int? StatusOf(Exception exception) => exception switch
    {
        RequestRefusedException refused => refused.Status,
        BadHttpRequestException bad => bad.StatusCode,
        UnknownStreamException or UnknownCursorException => StatusCodes.Status404NotFound,
        RecordTooLargeException => StatusCodes.Status413PayloadTooLarge,
        LogFullException => StatusCodes.Status507InsufficientStorage,
        OutOfSequenceException => StatusCodes.Status409Conflict,
        StreamRefusedException { IsDeleted: true } => StatusCodes.Status410Gone,
        StreamRefusedException { IsFault: false } => StatusCodes.Status409Conflict,
        StreamRefusedException or LogFailedException or CorruptLogException or ObjectDisposedException => StatusCodes.Status503ServiceUnavailable,
        IOException or InvalidDataException => StatusCodes.Status503ServiceUnavailable,
        ArgumentException => StatusCodes.Status400BadRequest,
        _ => null,
    };
}
