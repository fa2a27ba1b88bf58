using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Destinations;

namespace Roost.LocalLambda.Http;

/// <summary><c>/api/v1/functions/{function}/dead-letters</c>: what was given up is listed, shown, replayed and deleted.</summary>
internal sealed class DeadLetterEndpoints(FunctionHost host)
{
    private const int MostOnPage = 1000;
    private const int UsualOnPage = 100;

    /// <summary>Newest first, without events and answers. <c>most</c> bounds the page, <c>before</c> is the <c>next</c> of the page before, <c>since</c> a time.</summary>
    public Task ListAsync(HttpContext http) => WithFunctionAsync(http, async function =>
    {
        if (!TryReadSince(http, out var since))
        {
            await FaultAsync(http, StatusCodes.Status400BadRequest, "since is no time; write 2026-11-21T10:00:00Z");
            return;
        }

        var most = int.TryParse(http.Request.Query["most"], out var asked) ? Math.Clamp(asked, 1, MostOnPage) : UsualOnPage;
        long? before = long.TryParse(http.Request.Query["before"], out var id) ? id : null;
        var page = host.Letters.List(function, before, since, most);
        await WriteAsync(http, json =>
        {
            json.WriteStartArray("deadLetters");
            foreach (var letter in page.Letters)
            {
                json.WriteStartObject();
                WriteSummary(json, letter);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("count", host.Letters.Count(function));
            if (page.Next is { } next)
            {
                json.WriteString("next", next.ToString(CultureInfo.InvariantCulture));
            }
        });
    });

    /// <summary>One letter with its record.</summary>
    public Task GetAsync(HttpContext http) => WithLetterAsync(http, (function, id) => host.Letters.Find(function, id) is not { } letter
        ? NoLetterAsync(http, id)
        : WriteAsync(http, json =>
        {
            WriteSummary(json, letter);
            json.WritePropertyName("record");
            json.WriteRawValue(letter.Record, skipInputValidation: true);
        }));

    public Task DeleteAsync(HttpContext http) => WithLetterAsync(http, async (function, id) =>
    {
        if (host.Letters.Find(function, id) is null)
        {
            await NoLetterAsync(http, id);
            return;
        }

        await host.Letters.RemoveAsync(function, [id], "deleted");
        await WriteAsync(http, json => json.WriteNumber("deleted", 1));
    });

    public Task ReplayAsync(HttpContext http) => WithLetterAsync(http, async (function, id) =>
    {
        if (await host.ReplayAsync(function, id))
        {
            await WriteAsync(http, json => json.WriteNumber("replayed", 1));
        }
        else
        {
            await NoLetterAsync(http, id);
        }
    });

    /// <summary>All, or those <c>since</c> a time.</summary>
    public Task DeleteAllAsync(HttpContext http) => WithManyAsync(http, async (function, since) =>
    {
        var deleted = await host.DeleteLettersAsync(function, since);
        await WriteAsync(http, json => json.WriteNumber("deleted", deleted));
    });

    /// <summary>All, or those <c>since</c> a time. <c>left</c> counts batches of streams, which cannot be replayed.</summary>
    public Task ReplayAllAsync(HttpContext http) => WithManyAsync(http, async (function, since) =>
    {
        var (replayed, left) = await host.ReplayAllAsync(function, since);
        await WriteAsync(http, json =>
        {
            json.WriteNumber("replayed", replayed);
            json.WriteNumber("left", left);
        });
    });

    private Task WithManyAsync(HttpContext http, Func<string, DateTimeOffset?, Task> handle) => WithFunctionAsync(http, function =>
        TryReadSince(http, out var since)
            ? handle(function, since)
            : FaultAsync(http, StatusCodes.Status400BadRequest, "since is no time; write 2026-11-21T10:00:00Z"));

    private Task WithLetterAsync(HttpContext http, Func<string, long, Task> handle) => WithFunctionAsync(http, function =>
        long.TryParse((string?)http.GetRouteValue("letter"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? handle(function, id)
            : FaultAsync(http, StatusCodes.Status404NotFound, $"There is no dead letter '{http.GetRouteValue("letter")}'."));

    /// <summary>Letters outlive their function.</summary>
    private async Task WithFunctionAsync(HttpContext http, Func<string, Task> handle)
    {
        var function = (string)http.GetRouteValue("function")!;
        if (!host.TryFind(function, out _) && host.Letters.Count(function) == 0)
        {
            await FaultAsync(http, StatusCodes.Status404NotFound, $"There is no function '{function}'.");
            return;
        }

        try
        {
            await handle(function);
        }
        catch (NotReplayableException exception)
        {
            await FaultAsync(http, StatusCodes.Status409Conflict, exception.Message);
        }
        catch (Exception exception) when (LambdaError.Of(exception) is not null)
        {
            await FaultAsync(http, LambdaError.Of(exception)!.Status, exception.Message);
        }
    }

    private static void WriteSummary(Utf8JsonWriter json, StoredDeadLetter stored)
    {
        var letter = stored.Letter;
        json.WriteString("id", stored.Id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("time", DestinationRecord.Text(stored.Time));
        json.WriteString("kind", letter.Kind);
        json.WriteString("requestId", letter.RequestId);
        json.WriteString("condition", letter.Condition);
        json.WriteNumber("errorCode", letter.ErrorCode);
        json.WriteString("errorMessage", letter.ErrorMessage);
        json.WriteNumber("attempts", letter.Attempts);
        json.WriteNumber("eventBytes", letter.EventBytes);
    }

    private static bool TryReadSince(HttpContext http, out DateTimeOffset? since)
    {
        var text = http.Request.Query["since"].ToString();
        since = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        return text.Length == 0 || since is not null;
    }

    private static Task NoLetterAsync(HttpContext http, long id) => FaultAsync(http, StatusCodes.Status404NotFound, $"There is no dead letter '{id}'.");

    private static Task FaultAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return WriteAsync(http, json => json.WriteString("message", message));
    }

    private static Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write) => RawResponse.WriteAsync(http, "application/json", Write(write));

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
