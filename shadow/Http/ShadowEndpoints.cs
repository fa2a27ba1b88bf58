using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Http;

/// <summary>The data plane of the cloud's shadows, path by path, and the list of things that the command line shows.</summary>
internal static class ShadowEndpoints
{
    private const int MaxPageSize = 100;
    private const int DefaultPageSize = 25;

    public static async Task GetAsync(HttpContext context, string thing, ShadowService shadows)
    {
        if (TryIdentify(context, thing, out var id, out var fault))
        {
            await ConditionalGet.AnswerAsync(context, id, shadows);
        }
        else
        {
            await AwsAnswer.WriteErrorAsync(context, fault);
        }
    }

    public static async Task DeleteAsync(HttpContext context, string thing, ShadowService shadows)
    {
        if (TryIdentify(context, thing, out var id, out var fault) && TryReadPrecondition(context.Request, out var precondition, out fault)
            && TryReadVersion(context.Request, out var version, out fault))
        {
            await AwsAnswer.WriteAsync(context, await shadows.DeleteAsync(id, default, Caller(context), version, precondition));
        }
        else
        {
            await AwsAnswer.WriteErrorAsync(context, fault);
        }
    }

    public static async Task UpdateAsync(HttpContext context, string thing, ShadowService shadows)
    {
        if (!TryIdentify(context, thing, out var id, out var fault) || !TryReadPrecondition(context.Request, out var precondition, out fault))
        {
            await AwsAnswer.WriteErrorAsync(context, fault);
            return;
        }

        if (await BoundedBody.ReadAsync(context.Request, ShadowLimits.MaxRequestBytes, context.RequestAborted) is not { } body)
        {
            context.Response.Headers.Connection = "close"; // the rest of the body is not wanted
            await AwsAnswer.WriteErrorAsync(context, ShadowError.TooLarge);
            return;
        }

        await AwsAnswer.WriteAsync(context, await shadows.UpdateAsync(id, body, Caller(context), precondition));
    }

    public static async Task ListNamedAsync(HttpContext context, string thing, ShadowService shadows, TimeProvider clock)
    {
        if (ShadowId.FaultOfThing(thing) is { } fault)
        {
            await AwsAnswer.WriteErrorAsync(context, new ShadowError(400, fault));
            return;
        }

        if (!TryReadPaging(context.Request, MaxPageSize, DefaultPageSize, out var after, out var pageSize, out fault))
        {
            await AwsAnswer.WriteErrorAsync(context, new ShadowError(400, fault));
            return;
        }

        var names = shadows.ListNamed(thing, after, pageSize + 1); // one more tells whether there is a next page
        var page = names.Take(pageSize).ToArray();
        var writer = PayloadWriter.Begin();
        writer.Raw("{\"results\":["u8);
        for (var i = 0; i < page.Length; i++)
        {
            writer.Comma(i > 0);
            writer.Text(page[i]);
        }

        writer.Raw("]"u8);
        if (names.Count > pageSize)
        {
            writer.Raw(",\"nextToken\":"u8);
            writer.Text(PageToken.Of(page[^1]));
        }

        writer.Raw(",\"timestamp\":"u8);
        writer.Number(clock.GetUtcNow().ToUnixTimeSeconds());
        writer.Raw("}"u8);
        await AwsAnswer.WriteAsync(context, new ShadowAnswer(null, writer.Take()));
    }

    /// <summary>
    /// <c>{"things":[{"thing","shadows":[{"name","version","updated"}]}],"nextToken"?}</c>; the classic shadow's name is null.
    /// </summary>
    public static async Task<IResult> ListThingsAsync(HttpContext context, ShadowService shadows)
    {
        if (!TryReadPaging(context.Request, most: 1000, usual: 100, out var after, out var pageSize, out var fault))
        {
            return QueryEndpoint.Refuse(fault, position: null);
        }

        if (QueryEndpoint.IsAsked(context.Request))
        {
            return await QueryEndpoint.AnswerAsync(context, shadows, after, pageSize);
        }

        var things = shadows.ListThings(after, pageSize + 1).GroupBy(summary => summary.Id.Thing).ToList();
        return Results.Json(new ThingsPage(
            [.. things.Take(pageSize).Select(thing => new ThingEntry(
                thing.Key,
                [.. thing.Select(shadow => new ShadowEntry(shadow.Id.IsClassic ? null : shadow.Id.Name, shadow.Version, shadow.Updated))]))],
            things.Count > pageSize ? PageToken.Of(things[pageSize - 1].Key) : null), ListingJson.Options);
    }

    public static Task MethodNotAllowed(HttpContext context) =>
        AwsAnswer.WriteErrorAsync(context, new ShadowError(405, "The specified combination of HTTP verb and URI is not supported"));

    /// <summary><c>If-Match</c>, and of <c>If-None-Match</c> the form <c>*</c>: only a shadow that is not there yet.</summary>
    private static bool TryReadPrecondition(HttpRequest request, out ShadowPrecondition? precondition, out ShadowError fault)
    {
        (precondition, fault) = (null, default);
        if (!EntityTags.TryRead(request, HeaderNames.IfMatch, out var match))
        {
            fault = EntityTags.Unreadable(HeaderNames.IfMatch);
        }
        else if (!EntityTags.TryRead(request, HeaderNames.IfNoneMatch, out var none))
        {
            fault = EntityTags.Unreadable(HeaderNames.IfNoneMatch);
        }
        else if (none is { IsAny: false } || (none is not null && match is not null))
        {
            fault = new ShadowError(400, "A change takes If-Match, or If-None-Match: *");
        }
        else
        {
            precondition = none is not null ? ShadowPrecondition.Missing : match?.ToPrecondition();
            return true;
        }

        return false;
    }

    // Over MQTT the request document has it; the cloud's REST path has no place for it, and ignoring it would delete what was to be kept.
    private static bool TryReadVersion(HttpRequest request, out long? version, out ShadowError fault)
    {
        (version, fault) = (null, default);
        if (!request.Query.TryGetValue("version", out var given))
        {
            return true;
        }

        if (long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            version = number;
            return true;
        }

        fault = ShadowError.InvalidVersion;
        return false;
    }

    /// <summary>Who calls: an identity says also by which way, as the type of its authentication.</summary>
    public static ShadowOrigin Caller(HttpContext context) => context.User.Identity is { Name: { } name } identity
        ? new(identity.AuthenticationType ?? "http", name)
        : ShadowOrigin.Http(context.Connection.RemoteIpAddress?.ToString());

    private static bool TryIdentify(HttpContext context, string thing, out ShadowId id, out ShadowError fault)
    {
        var name = context.Request.Query.TryGetValue("name", out var given) ? given.ToString() : null;
        var valid = ShadowId.TryCreate(thing, name, out id, out var sentence);
        fault = valid ? default : new ShadowError(400, sentence!);
        return valid;
    }

    private static bool TryReadPaging(
        HttpRequest request, int most, int usual, out string after, out int pageSize, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? fault)
    {
        (after, pageSize, fault) = ("", usual, null);
        if (request.Query.TryGetValue("pageSize", out var size)
            && !(int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out pageSize) && pageSize >= 1 && pageSize <= most))
        {
            fault = $"pageSize must be a number from 1 to {most}";
        }
        else if (request.Query.TryGetValue("nextToken", out var token) && !PageToken.TryRead(token.ToString(), out after))
        {
            fault = "nextToken is not one that was given out";
        }

        return fault is null;
    }
}
