using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Streams.Imports;

namespace Roost.Streams.Http;

/// <summary><c>/api/v1/streams/{name}/import</c>: records of another gateway's stream, each taken once.</summary>
internal sealed class ImportEndpoint(IStreamCatalog catalog, StreamImport import)
{
    /// <summary>The largest record there may be, 64 MiB, in base64.</summary>
    private const int MaxBodyBytes = 96 * 1024 * 1024;

    private const byte LineEnd = (byte)'\n';

    /// <summary><c>GET ...?gateway=&amp;stream=&amp;id=</c>: how far it has come.</summary>
    public Task GetAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var (stream, origin) = (StreamRoute.Resolve(context, catalog), Origin(context));
        await WriteAsync(context, imported: null, await RunAsync(() => import.NextAsync(stream, origin, context.RequestAborted)));
    });

    /// <summary><c>POST ...?gateway=&amp;stream=&amp;id=&amp;first=&amp;next=</c>: lines of JSON, as an export has them.</summary>
    public Task PostAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var (stream, origin) = (StreamRoute.Resolve(context, catalog), Origin(context));
        var (first, next) = (Offset(context, "first"), Offset(context, "next"));
        if (first >= next)
        {
            throw RequestRefusedException.BadRequest($"first={first} is not below next={next}.");
        }

        var allowGap = context.Request.Query["gaps"] == "allow";
        var records = Records(await ReadBodyAsync(context), origin.Stream, first, next);
        ThrowIfNotNext(records, next);
        var imported = await RunAsync(() => import.AppendAsync(stream, origin, first, next, records, allowGap, context.RequestAborted));
        await WriteAsync(context, imported, await RunAsync(() => import.NextAsync(stream, origin, context.RequestAborted)));
    });

    private static Task WriteAsync(HttpContext context, int? imported, long? next) => Answer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        if (imported is { } count)
        {
            json.WriteNumber("imported", count);
        }

        if (next is { } offset)
        {
            json.WriteNumber("next", offset);
        }
        else
        {
            json.WriteNull("next");
        }

        json.WriteEndObject();
    });

    private static async Task<T> RunAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (ImportGapException exception)
        {
            throw new RequestRefusedException(StatusCodes.Status409Conflict, exception.Message);
        }
        catch (Exception exception) when (exception is InvalidDataException or UnauthorizedAccessException || exception.GetType() == typeof(IOException))
        {
            throw new RequestRefusedException(StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
    }

    private static ImportOrigin Origin(HttpContext context)
    {
        var query = context.Request.Query;
        return ImportOrigin.TryParse(query["gateway"], query["stream"], query["id"], out var origin)
            ? origin
            : throw RequestRefusedException.BadRequest("gateway, stream and id do not name the stream of a gateway; use what the export's manifest says.");
    }

    private static long Offset(HttpContext context, string key) =>
        long.TryParse(context.Request.Query[key], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw RequestRefusedException.BadRequest($"{key}={context.Request.Query[key]} is no offset.");

    private static List<ImportedRecord> Records(ReadOnlyMemory<byte> body, StreamName stream, long first, long next)
    {
        var records = new List<ImportedRecord>();
        var least = first;
        for (var number = 1; body.Length > 0; number++)
        {
            var end = body.Span.IndexOf(LineEnd);
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            try
            {
                var record = ExportedLine.Parse(line, stream);
                if (record.Offset < least || record.Offset >= next)
                {
                    throw new FormatException($"has offset {record.Offset}, which is not from {least} on and below {next}");
                }

                records.Add(record);
                least = record.Offset + 1;
            }
            catch (FormatException exception)
            {
                throw RequestRefusedException.BadRequest($"Line {number} {exception.Message.TrimEnd('.')}. Nothing of these lines was imported.");
            }
        }

        return records;
    }

    /// <summary>What is noted as imported is what came: a number without records would make all later ones seem to be there.</summary>
    private static void ThrowIfNotNext(List<ImportedRecord> records, long next)
    {
        if (records.Count == 0)
        {
            throw RequestRefusedException.BadRequest("There is no record in the body.");
        }

        if (records[^1].Offset + 1 != next)
        {
            throw RequestRefusedException.BadRequest($"next={next} is not the offset after the last record, which is {records[^1].Offset + 1}. Nothing of these lines was imported.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }

        using var body = new MemoryStream((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, MaxBodyBytes));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
