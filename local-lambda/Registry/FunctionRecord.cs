using System.Text.Json;
using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda.Registry;

/// <summary>All that is kept of one function. It is stored as one document, so that every change of it happens as a whole or not at all.</summary>
internal sealed record FunctionRecord
{
    public required string Name { get; init; }

    /// <summary>Null for a function that was created over the API.</summary>
    public FunctionOrigin? Origin { get; init; }

    /// <summary>What <c>$LATEST</c> is.</summary>
    public required FunctionDefinition Latest { get; init; }

    /// <summary>Published versions, oldest first. None of them is ever changed.</summary>
    public IReadOnlyList<FunctionDefinition> Versions { get; init; } = [];

    /// <summary>The number given out last; numbers of deleted versions are not given out again.</summary>
    public int LastVersion { get; init; }

    public IReadOnlyList<FunctionAlias> Aliases { get; init; } = [];

    /// <summary>By version or alias; those of the function itself stand under <c>$LATEST</c>.</summary>
    public IReadOnlyDictionary<string, AsyncSettings> Async { get; init; } = new Dictionary<string, AsyncSettings>();

    /// <summary>How much of it, over all versions, may be under way at a time: 0 for nothing, null for as much as its workers can.</summary>
    public int? ReservedConcurrency { get; init; }

    /// <summary>Made over the API; those of triggers stand in the definition.</summary>
    public IReadOnlyList<EventSourceMapping> Mappings { get; init; } = [];

    /// <summary>Made over the API; null for none.</summary>
    public FunctionUrlConfig? UrlConfig { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The rollout that is in progress, or the last there was; null when there was none.</summary>
    public Rollout? Rollout { get; init; }

    /// <summary>The version to go back to; null when there is none.</summary>
    public string? Previous { get; init; }

    /// <summary>Versions that deployments published, and nobody asked for by name: the oldest of them go. Oldest first.</summary>
    public IReadOnlyList<string> DeployedVersions { get; init; } = [];

    /// <summary>The settings that hold for the function as a whole, such as its triggers: those of the version that serves most calls without a qualifier.</summary>
    [JsonIgnore]
    public FunctionDefinition Serving => Rollout is { IsInProgress: true } rollout ? FindVersion(rollout.Stable) ?? Latest : Latest;

    /// <summary>That of the API, else that of the function.yaml; null: it answers no web requests.</summary>
    [JsonIgnore]
    public FunctionUrl? Url => UrlConfig?.Url ?? Latest.Url;

    /// <summary>Every version, <c>$LATEST</c> first.</summary>
    [JsonIgnore]
    public IEnumerable<FunctionDefinition> All => Versions.Prepend(Latest);

    public FunctionDefinition? FindVersion(string version) => version == FunctionArn.Latest ? Latest : Versions.FirstOrDefault(definition => definition.Version == version);

    public FunctionAlias? FindAlias(string name) => Aliases.FirstOrDefault(alias => alias.Name == name);

    /// <summary>The version that one invocation of a version or alias runs; null when there is neither.</summary>
    /// <param name="chance">From 0 up to 1, drawn anew for each invocation.</param>
    public FunctionDefinition? Resolve(string? qualifier, double chance) => qualifier is null
        ? Serves(chance)
        : FindVersion(FindAlias(qualifier)?.Choose(chance) ?? qualifier);

    /// <summary>Those of the version or alias that was asked for, else the function's own, else the default. Null asks for the function.</summary>
    public AsyncSettings AsyncOf(string? qualifier) =>
        Async.GetValueOrDefault(qualifier ?? FunctionArn.Latest) ?? Async.GetValueOrDefault(FunctionArn.Latest) ?? AsyncSettings.Default;

    /// <summary>Whether calls without a qualifier go to this version.</summary>
    public bool IsServing(string version) => Rollout is { IsInProgress: true } rollout ? version == rollout.Stable || version == rollout.Canary : version == FunctionArn.Latest;

    /// <summary>The record with <c>$LATEST</c> published; the newest version again when nothing has changed since.</summary>
    public FunctionRecord Publish(string? description, DateTimeOffset now, out FunctionDefinition published)
    {
        if (Versions.Count > 0 && IsSame(Versions[^1], Latest))
        {
            published = Versions[^1];
            return DeployedVersions.Contains(published.Version)
                ? this with { DeployedVersions = [.. DeployedVersions.Where(version => version != Versions[^1].Version)] } // somebody wants it now
                : this;
        }

        published = Latest with
        {
            Version = (LastVersion + 1).ToString(),
            Description = description ?? Latest.Description,
            LastModified = now,
            RevisionId = NewRevision(),
        };
        return this with { Versions = [.. Versions, published], LastVersion = LastVersion + 1 };
    }

    public static string NewRevision() => Guid.NewGuid().ToString("D");

    /// <summary>Whether two versions have the same code and settings, whatever they are called and whenever they were made.</summary>
    public static bool IsSame(FunctionDefinition one, FunctionDefinition other) => Content(one).AsSpan().SequenceEqual(Content(other));

    private FunctionDefinition Serves(double chance) =>
        Rollout is { IsInProgress: true } rollout ? FindVersion(chance < rollout.Weight ? rollout.Canary : rollout.Stable) ?? Latest : Latest;

    private static byte[] Content(FunctionDefinition definition) => JsonSerializer.SerializeToUtf8Bytes(
        definition with { Version = "", RevisionId = "", LastModified = default, Description = "" }, RegistryJson.FunctionDefinition);
}
