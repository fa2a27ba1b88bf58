using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Storage.Logs;
using Roost.Streams.Cursors;

namespace Roost.Streams.Http;

/// <summary><c>/api/v1/streams/{name}/cursors</c> and what is below it: positions that clients keep here by name.</summary>
internal sealed class CursorEndpoints(IStreamCatalog catalog, TimeProvider clock)
{
    /// <summary><c>GET .../cursors</c>.</summary>
    public Task ListAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var cursors = stream.Cursors.List();
        await Answer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("cursors");
            foreach (var (name, cursor) in cursors)
            {
                Write(json, stream, name, cursor);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    /// <summary><c>GET .../cursors/{cursor}</c>.</summary>
    public Task GetAsync(HttpContext context) => Answer.RunAsync(context, () => WriteAsync(context, StreamRoute.Resolve(context, catalog), NameOf(context)));

    /// <summary><c>PUT .../cursors/{cursor}</c>: makes it at <c>from</c>, the oldest record unless told otherwise; one that is there stays where it stands.</summary>
    public Task PutAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var name = NameOf(context);
        using var body = await JsonBody.ReadAsync(context, """{"from": "oldest"}""");
        var from = Place(body.RootElement, stream, "from", clock) ?? stream.FirstOffset;
        context.Response.StatusCode = stream.Cursors.Make(name, from) ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await WriteAsync(context, stream, name);
    });

    /// <summary><c>POST .../cursors/{cursor}/commit</c>: all records below <c>next</c> are done. Only forward.</summary>
    public Task CommitAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var name = NameOf(context);
        var cursor = stream.Cursors.Get(name);
        using var body = await JsonBody.ReadAsync(context, """{"next": 42}""");
        var next = Next(body.RootElement);
        if (next > stream.DurableOffset)
        {
            throw RequestRefusedException.BadRequest($"'next' is {next}, beyond the end of stream '{stream.Name}': the next record gets {stream.NextOffset}. It is the offset after the last record that is done.");
        }

        if (next < cursor.Committed)
        {
            throw new RequestRefusedException(
                StatusCodes.Status409Conflict,
                $"Cursor '{name}' of stream '{stream.Name}' stands at {cursor.Committed}, and a commit does not go back to {next}. To have records again, seek (POST .../seek, 'roost stream cursor seek').");
        }

        await cursor.CommitAsync(next);
        await WriteAsync(context, stream, name);
    });

    /// <summary><c>POST .../cursors/{cursor}/seek</c>: puts it anywhere, also back.</summary>
    public Task SeekAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var name = NameOf(context);
        var cursor = stream.Cursors.Get(name);
        using var body = await JsonBody.ReadAsync(context, """{"to": "oldest"}""");
        await cursor.SeekAsync(Place(body.RootElement, stream, "to", clock) ?? throw RequestRefusedException.BadRequest("'to' is missing; give an offset, a time, \"oldest\" or \"latest\"."));
        await WriteAsync(context, stream, name);
    });

    /// <summary><c>DELETE .../cursors/{cursor}</c>.</summary>
    public Task DeleteAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        await StreamRoute.Resolve(context, catalog).Cursors.DeleteAsync(NameOf(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private Task WriteAsync(HttpContext context, RecordStream stream, CursorName name)
    {
        var cursor = stream.Cursors.Get(name);
        return Answer.WriteAsync(context, json => Write(json, stream, name, cursor));
    }

    private void Write(Utf8JsonWriter json, RecordStream stream, CursorName name, LogCursor cursor) =>
        ConsumerJson.Write(json, stream, new StreamConsumer("cursor", name.Value, cursor.Committed) { MovedAt = cursor.MovedAt }, clock);

    private static CursorName NameOf(HttpContext context)
    {
        var text = (string?)context.Request.RouteValues["cursor"];
        return CursorName.TryParse(text, out var name) ? name : throw RequestRefusedException.BadRequest($"'{text}' is no cursor's name: {CursorName.Rule}.");
    }

    private static long Next(JsonElement body)
    {
        Expect(body, "next");
        return body.TryGetProperty("next", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var next) && next >= 0
            ? next
            : throw RequestRefusedException.BadRequest("'next' is missing or no offset; give the offset after the last record that is done, like {\"next\": 42}.");
    }

    /// <returns>Null where it is not given.</returns>
    private static long? Place(JsonElement body, RecordStream stream, string key, TimeProvider clock)
    {
        Expect(body, key);
        return !body.TryGetProperty(key, out var value) ? null
            : value.ValueKind is JsonValueKind.Number or JsonValueKind.String ? ReadRequest.Place(stream, key, value.ToString(), clock)
            : throw RequestRefusedException.BadRequest($"'{key}' is no place in a stream; use an offset, a time like 2026-01-31T12:00:00Z, \"oldest\" or \"latest\".");
    }

    private static void Expect(JsonElement body, string key)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw RequestRefusedException.BadRequest($"The body is no object; write {{\"{key}\": 42}}.");
        }

        foreach (var property in body.EnumerateObject().Where(property => property.Name != key))
        {
            throw RequestRefusedException.BadRequest($"'{property.Name}' is no known key; use '{key}'.");
        }
    }
}
