using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Http;

/// <summary><c>GET /api/v1/shadow-sync?thing=&amp;state=&amp;pageSize=&amp;nextToken=</c>: where each synced shadow stands, and why.</summary>
internal static class SyncEndpoint
{
    private const int MostPage = 1000;
    private const int UsualPage = 100;

    public static IResult List(HttpContext context, ShadowSync sync)
    {
        var query = context.Request.Query;
        var size = UsualPage;
        if (query.TryGetValue("pageSize", out var given) && !(int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= MostPage))
        {
            return Refusal($"pageSize must be a number from 1 to {MostPage}");
        }

        var after = "";
        if (query.TryGetValue("nextToken", out var token) && !PageToken.TryRead(token.ToString(), out after))
        {
            return Refusal("nextToken is not one that was given out");
        }

        string? state = query.TryGetValue("state", out var wanted) && wanted.ToString().Length > 0 ? wanted.ToString() : null;
        if (state is not null && !Enum.GetValues<SyncState>().Select(SyncView.NameOf).Contains(state))
        {
            return Refusal($"state must be one of {string.Join(", ", Enum.GetValues<SyncState>().Select(SyncView.NameOf))}");
        }

        var thing = query["thing"].ToString();
        var views = sync.Views().ToList();
        var page = views
            .Where(view => (thing.Length == 0 || view.Id.Thing == thing) && (state is null || SyncView.NameOf(view.State) == state) && string.CompareOrdinal(KeyOf(view), after) > 0)
            .OrderBy(KeyOf, StringComparer.Ordinal)
            .Take(size + 1) // one more tells whether there is a next page
            .ToList();
        return Results.Json(
            new SyncPage(
                new SyncConnection(NameOf(sync.ConnectionState), NameOf(sync.Options.Strategy), sync.ConnectionError, sync.RequestsPerSecond),
                views.GroupBy(view => SyncView.NameOf(view.State)).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Count()),
                [.. page.Take(size).Select(view => Entry(view, sync.Stored(view.Id)))],
                page.Count > size ? PageToken.Of(KeyOf(page[size - 1])) : null),
            SyncJson.Options);
    }

    /// <summary><c>POST /api/v1/shadow-sync/accept-deletions?thing=</c>: held shadows are deleted here too.</summary>
    public static async Task<IResult> AcceptDeletionsAsync(HttpContext context, ShadowSync sync) =>
        Results.Json(new { shadows = await sync.AcceptDeletionsAsync(ThingOf(context)) });

    /// <summary><c>POST /api/v1/shadow-sync/put-back?thing=</c>: held shadows are made in the cloud again.</summary>
    public static async Task<IResult> PutBackAsync(HttpContext context, ShadowSync sync) =>
        Results.Json(new { shadows = await sync.PutBackAsync(ThingOf(context)) });

    private static string? ThingOf(HttpContext context) => context.Request.Query["thing"].ToString() is { Length: > 0 } thing ? thing : null;

    private static SyncEntry Entry(SyncView view, SyncRow? row) => new(
        view.Id.Thing,
        view.Id.IsClassic ? null : view.Id.Name,
        NameOf(view.Direction),
        SyncView.NameOf(view.State),
        row?.Last?.LocalVersion,
        row?.Last?.CloudVersion,
        row?.SyncedAt,
        view.Turn.Failures,
        view.Turn.Error ?? row?.Error,
        row?.ErrorAt,
        view.Turn.Due,
        row?.Conflicts ?? 0,
        row?.Rebases ?? 0,
        row is { LastConflicts.Count: > 0 } ? new SyncConflictEntry(row.ConflictAt, row.LastConflicts) : null);

    // A space comes before every letter of a name: the classic shadow first, and all of one thing together.
    private static string KeyOf(SyncView view) => $"{view.Id.Thing} {view.Id.Name}";

    private static string NameOf(Enum value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static IResult Refusal(string message) => Results.Json(new { message }, statusCode: StatusCodes.Status400BadRequest);
}
