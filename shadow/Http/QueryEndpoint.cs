using System.Globalization;
using Microsoft.AspNetCore.Http;
using Roost.Shadow.Documents;
using Roost.Shadow.Queries;

namespace Roost.Shadow.Http;

/// <summary><c>GET /api/v1/things?where=...&amp;select=...&amp;shadow=...</c>: things by what their shadows say. See docs/shadows.md for the language.</summary>
internal static class QueryEndpoint
{
    private const string RetrySeconds = "1";

    public static bool IsAsked(HttpRequest request) =>
        request.Query.ContainsKey("where") || request.Query.ContainsKey("select") || request.Query.ContainsKey("shadow");

    public static async Task<IResult> AnswerAsync(HttpContext context, ShadowService shadows, string after, int maxThings)
    {
        var parameters = context.Request.Query;
        var (where, select, name) = (parameters["where"], parameters["select"], parameters["shadow"]);
        if (where.Count > 1 || select.Count > 1 || name.Count > 1)
        {
            return Refuse("Give where, select and shadow once each; join conditions by 'and'", position: null);
        }

        if (name.Count == 1 && name[0] is { Length: > 0 } given && ShadowId.FaultOfName(given) is { } wrong)
        {
            return Refuse($"shadow: {wrong}", position: null);
        }

        if (!ShadowQuery.TryCreate(where, select, name.Count == 0 ? null : name[0], out var query, out var fault))
        {
            return Refuse(fault.Value.Text, fault.Value.Position);
        }

        if (await shadows.QueryAsync(query, after, maxThings, context.RequestAborted) is not { } page)
        {
            context.Response.Headers.RetryAfter = RetrySeconds;
            return Results.Json(new { message = "Too many queries are waiting" }, ListingJson.Options, statusCode: StatusCodes.Status429TooManyRequests);
        }

        return Results.Bytes(Write(page, query), "application/json");
    }

    public static IResult Refuse(string message, int? position) =>
        Results.Json(new Refusal(message, position), ListingJson.Options, statusCode: StatusCodes.Status400BadRequest);

    private static byte[] Write(QueryPage page, ShadowQuery query)
    {
        var selected = query.Selected.ToList();
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"things\":["u8);
        for (var i = 0; i < page.Matches.Count; i++)
        {
            var match = page.Matches[i];
            var isFirst = i == 0 || page.Matches[i - 1].Id.Thing != match.Id.Thing;
            var isLast = i == page.Matches.Count - 1 || page.Matches[i + 1].Id.Thing != match.Id.Thing;
            if (isFirst)
            {
                writer.Comma(i > 0);
                writer.Raw("{\"thing\":"u8);
                writer.Text(match.Id.Thing);
                writer.Raw(",\"shadows\":["u8);
            }

            writer.Comma(!isFirst);
            Write(writer, match, selected);
            if (isLast)
            {
                writer.Raw("]}"u8);
            }
        }

        writer.Raw("]"u8);
        if (page.Next is { } next)
        {
            writer.Raw(",\"nextToken\":"u8);
            writer.Text(PageToken.Of(next));
        }

        WriteDamaged(writer, page.Damaged);
        writer.Raw("}\n"u8);
        return writer.Take();
    }

    /// <summary>The member <c>damaged</c>, behind another; nothing where none is.</summary>
    public static void WriteDamaged(PayloadWriter writer, List<ShadowId> damaged)
    {
        for (var i = 0; i < damaged.Count; i++)
        {
            writer.Raw(i == 0 ? ",\"damaged\":["u8 : ","u8);
            writer.Text(damaged[i].ToString());
        }

        if (damaged.Count > 0)
        {
            writer.Raw("]"u8);
        }
    }

    private static void Write(PayloadWriter writer, QueryMatch match, List<string> selected)
    {
        writer.Raw("{\"name\":"u8);
        if (match.Id.IsClassic)
        {
            writer.Raw("null"u8);
        }
        else
        {
            writer.Text(match.Id.Name);
        }

        writer.Raw(",\"version\":"u8);
        writer.Number(match.Revision.Version);
        writer.Raw(",\"updated\":"u8);
        writer.Text(DateTimeOffset.FromUnixTimeSeconds(match.Revision.UpdatedSeconds).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture));
        if (selected.Count > 0)
        {
            writer.Raw(",\"values\":{"u8);
            var comma = false;
            for (var i = 0; i < selected.Count; i++)
            {
                if (match.Values[i].Kind != FieldKind.Missing)
                {
                    writer.Comma(comma);
                    comma = true;
                    writer.Text(selected[i]);
                    writer.Raw(":"u8);
                    writer.Raw(match.Values[i].Json.Span);
                }
            }

            writer.Raw("}"u8);
        }

        writer.Raw("}"u8);
    }
}
