using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Shadow.Documents;
using Roost.Shadow.Queries;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Http;

/// <summary>
/// <c>POST /api/v1/things/shadow</c>: many updates in one request, each for itself: they are answered one by one, in their order, and one that is refused
/// keeps back no other.
/// </summary>
internal static class BulkEndpoint
{
    private const int MaxBodyBytes = 4 * 1024 * 1024;
    private const string RetrySeconds = "1";

    /// <summary>Bodies on their way to the shadows at once: a small part of what may wait there, so that others' requests go on between ours.</summary>
    private const int PortionBytes = 512 * 1024;

    public static async Task<IResult> UpdateAsync(HttpContext context, ShadowService shadows)
    {
        if (await BoundedBody.ReadAsync(context.Request, MaxBodyBytes, context.RequestAborted) is not { } body)
        {
            context.Response.Headers.Connection = "close"; // the rest of the body is not wanted
            return Refuse(StatusCodes.Status413PayloadTooLarge, $"The request is larger than {MaxBodyBytes} bytes");
        }

        using var request = BulkRequest.Parse(body, out var fault);
        if (request is null)
        {
            return Refuse(StatusCodes.Status400BadRequest, fault!);
        }

        if (request.SharedBody.Length > ShadowLimits.MaxRequestBytes)
        {
            return Refuse(StatusCodes.Status413PayloadTooLarge, ShadowError.TooLarge.Message);
        }

        var items = request.Items;
        var damaged = new List<ShadowId>();
        if (request.Query is { } query)
        {
            if (await FindAsync(query, request.SharedBody, shadows, damaged, context.RequestAborted) is not { } found)
            {
                context.Response.Headers.RetryAfter = RetrySeconds;
                return Refuse(StatusCodes.Status429TooManyRequests, "Too many queries are waiting");
            }

            if (found.Count > BulkRequest.MaxItems)
            {
                return Refuse(StatusCodes.Status413PayloadTooLarge, $"where matches more than {BulkRequest.MaxItems} shadows; nothing was changed. Narrow it, like by and thing like \"vac-1*\"");
            }

            items = found;
        }

        return Results.Bytes(Write(items, await UpdateAsync(items, shadows, ShadowEndpoints.Caller(context)), damaged), "application/json");
    }

    /// <returns>All that the filter finds, or more than a request may change; null when too many queries are waiting.</returns>
    private static async Task<List<BulkItem>?> FindAsync(
        ShadowQuery query, ReadOnlyMemory<byte> body, ShadowService shadows, List<ShadowId> damaged, CancellationToken cancellationToken)
    {
        var items = new List<BulkItem>();
        for (var after = ""; after is not null && items.Count <= BulkRequest.MaxItems;)
        {
            if (await shadows.QueryAsync(query, after, BulkRequest.MaxItems + 1, cancellationToken) is not { } page)
            {
                return null;
            }

            // What was judged is what is changed: a shadow that moved meanwhile is answered 412.
            items.AddRange(page.Matches.Select(match => BulkItem.Of(match.Id, body) with { Precondition = ShadowPrecondition.OneOf(match.Revision) }));
            damaged.AddRange(page.Damaged);
            after = page.Next;
        }

        return items;
    }

    private static async Task<List<ShadowAnswer>> UpdateAsync(IReadOnlyList<BulkItem> items, ShadowService shadows, ShadowOrigin origin)
    {
        var answers = new List<ShadowAnswer>(items.Count);
        var (portion, bytes) = (new List<Task<ShadowAnswer>>(), 0);
        foreach (var item in items)
        {
            if (bytes + item.Body.Length > PortionBytes && portion.Count > 0)
            {
                answers.AddRange(await Task.WhenAll(portion));
                (portion, bytes) = ([], 0);
            }

            portion.Add(item.Fault is { } refused ? Answered(refused)
                : item.Body.Length > ShadowLimits.MaxRequestBytes ? Answered(ShadowError.TooLarge)
                : shadows.Throttle.MayAsk(ShadowOperation.Update, item.Id.Thing) ? shadows.UpdateAsync(item.Id, item.Body, origin, item.Precondition)
                : Answered(ShadowError.TooManyRequests));
            bytes += item.Body.Length;
        }

        answers.AddRange(await Task.WhenAll(portion));
        return answers;
    }

    private static Task<ShadowAnswer> Answered(ShadowError fault) => Task.FromResult(new ShadowAnswer(fault, default));

    private static IResult Refuse(int status, string message) => Results.Json(new Refusal(message, Position: null), ListingJson.Options, statusCode: status);

    private static byte[] Write(IReadOnlyList<BulkItem> items, List<ShadowAnswer> answers, List<ShadowId> damaged)
    {
        var accepted = answers.Count(answer => answer.Error is null);
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"accepted\":"u8);
        writer.Number(accepted);
        writer.Raw(",\"refused\":"u8);
        writer.Number(items.Count - accepted);
        writer.Raw(",\"results\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            writer.Comma(i > 0);
            Write(writer, items[i], answers[i]);
        }

        writer.Raw("]"u8);
        QueryEndpoint.WriteDamaged(writer, damaged);
        writer.Raw("}\n"u8);
        return writer.Take();
    }

    private static void Write(PayloadWriter writer, BulkItem item, ShadowAnswer answer)
    {
        writer.Raw("{\"thing\":"u8);
        writer.Text(item.Thing);
        if (item.Name is { } name)
        {
            writer.Raw(",\"name\":"u8);
            writer.Text(name);
        }

        writer.Raw(",\"status\":"u8);
        writer.Number(answer.Error?.Code ?? StatusCodes.Status200OK);
        if (answer.Error is { } error)
        {
            writer.Raw(",\"message\":"u8);
            writer.Text(error.Message);
        }
        else if (answer.Revision is { } revision)
        {
            writer.Raw(",\"version\":"u8);
            writer.Number(revision.Version);
            writer.Raw(",\"etag\":"u8);
            writer.Text(EntityTags.Of(revision));
        }

        writer.Raw("}"u8);
    }
}
