using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Streams.Http;

/// <summary><c>POST /api/v1/streams/{name}/records</c>: appends, and answers once it is durable.</summary>
internal sealed class AppendEndpoint(IStreamCatalog catalog)
{
    /// <summary>Of one request. A single record is bounded by its stream, too.</summary>
    private const int MaxBodyBytes = 4 * 1024 * 1024;

    public Task HandleAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var producer = ProducerRequest.Read(context.Request);
        var records = await ReadAsync(context);
        if (producer is { } first)
        {
            var produced = await stream.AppendAsync(records, first);
            await WriteAsync(context, produced.FirstOffset, produced.LastOffset, produced.Count, produced.Duplicates);
            return;
        }

        // The caller may go away; what is being appended is not called back for that.
        var appended = records.Count == 1 ? await stream.AppendAsync(records[0]) : await stream.AppendAsync(records);
        await WriteAsync(context, appended.FirstOffset, appended.LastOffset, appended.Count, duplicates: null);
    });

    private static Task WriteAsync(HttpContext context, long firstOffset, long lastOffset, long count, int? duplicates) => Answer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("firstOffset", firstOffset);
        json.WriteNumber("lastOffset", lastOffset);
        json.WriteNumber("count", count);
        if (duplicates is { } known)
        {
            json.WriteNumber("duplicates", known);
        }

        json.WriteEndObject();
    });

    private static async ValueTask<List<NewRecord>> ReadAsync(HttpContext context)
    {
        var type = context.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant() ?? "";
        var isJson = type is "application/json";
        if (!isJson && type is not "application/octet-stream" && !type.StartsWith("text/", StringComparison.Ordinal))
        {
            throw new RequestRefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                $"Content-Type '{type}' is not taken; use application/json for records, application/octet-stream or text/plain for the payload of one.");
        }

        var body = await ReadBodyAsync(context);
        return isJson ? NewRecordJson.Read(body) : [new NewRecord { Key = context.Request.Query["key"].ToString(), Payload = body }];
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null; // ours follows, with an answer that says what to do
        }

        if (context.Request.ContentLength > MaxBodyBytes)
        {
            throw TooLarge();
        }

        var body = new ArrayBufferWriter<byte>((int)(context.Request.ContentLength ?? 1024) + 1);
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(body.GetMemory(1), context.RequestAborted);
            if (read == 0)
            {
                return body.WrittenMemory;
            }

            body.Advance(read);
            if (body.WrittenCount > MaxBodyBytes)
            {
                throw TooLarge();
            }
        }
    }

    private static RequestRefusedException TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge,
        $"The body is larger than {MaxBodyBytes} bytes; send the records in several requests.");
}
