using System.Globalization;
using Microsoft.AspNetCore.Http;
using Roost.Shadow.Documents;
using Roost.Shadow.History;

namespace Roost.Shadow.Http;

/// <summary>
/// <c>GET /api/v1/things/{thing}/shadow/history?name=&amp;limit=&amp;before=</c>: who changed what and when, newest first.
/// </summary>
internal static class HistoryEndpoint
{
    private const int MostEntries = 100;
    private const int UsualEntries = 20;

    public static async Task<IResult> GetAsync(HttpContext context, string thing, ShadowService shadows)
    {
        if (!TryRead(context.Request, thing, out var id, out var before, out var limit, out var fault))
        {
            return Results.Json(new { message = fault }, ListingJson.Options, statusCode: StatusCodes.Status400BadRequest);
        }

        var page = await shadows.ReadHistoryAsync(id, before, limit, context.RequestAborted);
        return Results.Bytes(Write(id, page), "application/json");
    }

    private static bool TryRead(
        HttpRequest request, string thing, out ShadowId id, out long before, out int limit, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? fault)
    {
        (before, limit) = (long.MaxValue, UsualEntries);
        if (!ShadowId.TryCreate(thing, request.Query.TryGetValue("name", out var name) ? name.ToString() : null, out id, out fault))
        {
            return false;
        }

        if (request.Query.TryGetValue("limit", out var most)
            && !(int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostEntries))
        {
            fault = $"limit must be a number from 1 to {MostEntries}";
        }
        else if (request.Query.TryGetValue("before", out var offset) && !long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out before))
        {
            fault = "before must be an offset, as next of the page before has it";
        }

        return fault is null;
    }

    private static byte[] Write(ShadowId id, HistoryPage page)
    {
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"thing\":"u8);
        writer.Text(id.Thing);
        if (!id.IsClassic)
        {
            writer.Raw(",\"name\":"u8);
            writer.Text(id.Name);
        }

        writer.Raw(",\"history\":["u8);
        for (var i = 0; i < page.Entries.Count; i++)
        {
            writer.Comma(i > 0);
            Write(writer, page.Entries[i]);
        }

        writer.Raw("]"u8);
        if (page.Next is { } next)
        {
            writer.Raw(",\"next\":"u8);
            writer.Number(next);
        }

        if (page.Damage is { } damage)
        {
            writer.Raw(",\"damage\":"u8);
            writer.Text(damage.Message);
        }

        writer.Raw("}"u8);
        return writer.Take();
    }

    private static void Write(PayloadWriter writer, HistoryEntry entry)
    {
        var change = entry.Change;
        writer.Raw("{\"offset\":"u8);
        writer.Number(change.Offset);
        writer.Raw(",\"version\":"u8);
        writer.Number(change.Record.Version);
        writer.Raw(",\"time\":"u8);
        writer.Text(entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        writer.Raw(",\"kind\":"u8);
        writer.Text(entry.Kind.ToString().ToLowerInvariant());
        writer.Raw(",\"via\":"u8);
        writer.Text(change.Origin.Via);
        WriteText(writer, ",\"by\":"u8, change.Origin.Name);
        WriteText(writer, ",\"clientToken\":"u8, change.ClientToken);
        if (entry.Changes is { } changes)
        {
            writer.Raw(",\"changes\":["u8);
            for (var i = 0; i < changes.Count; i++)
            {
                writer.Comma(i > 0);
                Write(writer, changes[i]);
            }

            writer.Raw("]"u8);
        }

        writer.Raw("}"u8);
    }

    private static void Write(PayloadWriter writer, PathChange change)
    {
        writer.Raw("{\"path\":["u8);
        for (var i = 0; i < change.Path.Count; i++)
        {
            writer.Comma(i > 0);
            writer.Text(change.Path[i]);
        }

        writer.Raw("]"u8);
        WriteValue(writer, ",\"old\":"u8, change.Old);
        WriteValue(writer, ",\"new\":"u8, change.New);
        writer.Raw("}"u8);
    }

    private static void WriteText(PayloadWriter writer, ReadOnlySpan<byte> member, string? text)
    {
        if (text is not null)
        {
            writer.Raw(member);
            writer.Text(text);
        }
    }

    private static void WriteValue(PayloadWriter writer, ReadOnlySpan<byte> member, StateNode? value)
    {
        if (value is not null)
        {
            writer.Raw(member);
            value.WriteState(writer);
        }
    }
}
