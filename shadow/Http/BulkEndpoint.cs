using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Shadow.Documents;
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

        IReadOnlyList<BulkItem> items = request.Items;
        if (request.Query is { } query)
        {
            if (await shadows.QueryAsync(query, after: "", BulkRequest.MaxItems + 1, context.RequestAborted) is not { } page)
            {
                context.Response.Headers.RetryAfter = RetrySeconds;
                return Refuse(StatusCodes.Status429TooManyRequests, "Too many queries are waiting");
            }

            if (page.Matches.Count > BulkRequest.MaxItems || page.Next is not null)
            {
                return Refuse(StatusCodes.Status413PayloadTooLarge, $"where matches more than {BulkRequest.MaxItems} shadows; nothing was changed");
            }

            // What was judged is what is changed: a shadow that moved meanwhile is answered 412.
            items = [.. page.Matches.Select(match => BulkItem.Of(match.Id, request.SharedBody) with { Precondition = ShadowPrecondition.OneOf(match.Revision) })];
        }

        var origin = ShadowEndpoints.Caller(context);
        var answers = new List<Task<ShadowAnswer>>(items.Count);
        foreach (var item in items)
        {
            answers.Add(item.Fault is { } refused ? Answered(refused)
                : shadows.Throttle.MayAsk(ShadowOperation.Update, item.Id.Thing) ? shadows.UpdateAsync(item.Id, item.Body, origin, item.Precondition)
                : Answered(ShadowError.TooManyRequests));
        }

        await Task.WhenAll(answers);
        return Results.Bytes(Write(items, answers), "application/json");
    }

    private static Task<ShadowAnswer> Answered(ShadowError fault) => Task.FromResult(new ShadowAnswer(fault, default));

    private static IResult Refuse(int status, string message) => Results.Json(new Refusal(message, Position: null), ListingJson.Options, statusCode: status);

    private static byte[] Write(IReadOnlyList<BulkItem> items, List<Task<ShadowAnswer>> answers)
    {
        var accepted = answers.Count(answer => answer.Result.Error is null);
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"accepted\":"u8);
        writer.Number(accepted);
        writer.Raw(",\"refused\":"u8);
        writer.Number(items.Count - accepted);
        writer.Raw(",\"results\":["u8);
        for (var i = 0; i < items.Count; i++)
        {
            writer.Comma(i > 0);
            Write(writer, items[i], answers[i].Result);
        }

        writer.Raw("]}\n"u8);
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
