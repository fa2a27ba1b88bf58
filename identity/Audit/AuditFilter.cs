using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Roost.Identity.Audit;

/// <summary>Which records are asked for. Whatever is null is no condition.</summary>
/// <param name="Action">The whole name, or its beginning and <c>*</c>: <c>deny.*</c>.</param>
internal sealed record AuditFilter(string? Principal, string? Action, string? Thing, DateTimeOffset? Since)
{
    /// <exception cref="ChangeRefusedException">A time that cannot be read.</exception>
    public static AuditFilter Of(IQueryCollection query) => new(Text(query, "principal"), Text(query, "action"), Text(query, "thing"), Time(Text(query, "since")));

    public bool Matches(AuditRecord record) =>
        (Principal is null || record.Entry.Principal == Principal)
        && (Thing is null || record.Entry.Thing == Thing)
        && (Since is null || record.Time >= Since)
        && (Action is null || (Action.EndsWith('*') ? record.Entry.Action.StartsWith(Action[..^1], StringComparison.Ordinal) : record.Entry.Action == Action));

    private static string? Text(IQueryCollection query, string name) => query[name].ToString() is { Length: > 0 } text ? text : null;

    private static DateTimeOffset? Time(string? text) => text is null ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"since '{text}' is no time; write it like 2026-11-22T08:00:00Z.");
}
