using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.Shadow.Sync;

namespace Roost.Shadow.Http;

/// <summary>One page of synced shadows, and how the sync as a whole is.</summary>
/// <param name="Shadows">By thing and name.</param>
internal sealed record SyncPage(SyncConnection Connection, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<SyncEntry> Shadows, string? NextToken);

/// <param name="State"><c>off</c>, <c>waiting</c> for a connection, <c>subscribing</c> or <c>connected</c>.</param>
/// <param name="Error">Null while the upstream is there and answers.</param>
internal sealed record SyncConnection(string State, string Strategy, string? Error, double RequestsPerSecond);

/// <param name="Name">Null for the classic shadow.</param>
/// <param name="LocalVersion">As last synced; null when that was never, or neither side had it. As the next.</param>
internal sealed record SyncEntry(
    string Thing,
    string? Name,
    string Direction,
    string State,
    long? LocalVersion,
    long? CloudVersion,
    DateTimeOffset? SyncedAt,
    int Failures,
    string? LastError,
    DateTimeOffset? LastErrorAt,
    DateTimeOffset? NextAttemptAt,
    long Conflicts,
    long Rebases,
    SyncConflictEntry? LastConflict);

/// <summary>What both sides had changed in the last exchange that found such a thing.</summary>
internal sealed record SyncConflictEntry(DateTimeOffset? At, IReadOnlyList<SyncConflict> Values);

internal static class SyncJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // never inside HTML
    };
}
