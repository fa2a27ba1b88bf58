using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda.Http;

/// <summary>All that can be told of one function: its status, and what its record says. Values of the environment are not in it.</summary>
internal static class FunctionDetails
{
    private const int MostRetries = 5;

    private static readonly JsonSerializerOptions s_withoutNulls = new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="triggers">What calls it by itself.</param>
    /// <param name="isolation">What stands around every function.</param>
    public static JsonObject Of<T>(Function function, FunctionStatus status, IReadOnlyList<TriggerStatus> triggers, T isolation)
    {
        var details = JsonSerializer.SerializeToNode(status, JsonSerializerOptions.Web)!.AsObject();
        details["isolation"] = JsonSerializer.SerializeToNode(isolation, JsonSerializerOptions.Web);
        details["retries"] = JsonSerializer.SerializeToNode(function.Queue?.NextRetries(MostRetries) ?? [], JsonSerializerOptions.Web);
        if (function.Record is not { } record)
        {
            return details;
        }

        var latest = record.Latest;
        details["codeSha256"] = latest.CodeSha256;
        details["codeSize"] = latest.CodeSize;
        details["lastModified"] = latest.LastModified.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        details["folder"] = record.Origin?.Folder;
        details["network"] = latest.Network.ToString().ToLowerInvariant();
        details["maxConcurrency"] = latest.MaxConcurrency;
        details["pinned"] = latest.Pinned;
        details["reservedConcurrency"] = record.ReservedConcurrency;
        details["encoding"] = latest.Encoding.ToString().ToLowerInvariant();
        details["grants"] = JsonSerializer.SerializeToNode(latest.Grants, s_withoutNulls);
        var asynchronous = record.AsyncOf(null);
        details["async"] = new JsonObject
        {
            ["retries"] = asynchronous.RetriesOrDefault(),
            ["maxAgeSeconds"] = (long)asynchronous.MaximumAgeOrDefault().TotalSeconds,
            ["onSuccess"] = asynchronous.OnSuccess,
            ["onFailure"] = asynchronous.OnFailure,
        };
        details["triggers"] = JsonSerializer.SerializeToNode(triggers, s_withoutNulls);
        details["url"] = record.Url is null ? null : $"{FunctionUrlEndpoint.Prefix}{function.Name}/";
        details["rollout"] = record.Rollout is { } rollout ? RolloutView.Of(function.Name, rollout, function.Figures) : null;
        details["environment"] = new JsonArray([.. latest.Environment.Keys.Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
        details["secrets"] = new JsonArray([.. SecretReferences.UsesOf(latest).Select(use => (JsonNode)new JsonObject { ["variable"] = use.Variable, ["secret"] = use.Secret })]);
        details["versions"] = new JsonArray([.. record.Versions.Select(version => (JsonNode)version.Version)]);
        details["aliases"] = new JsonArray([.. record.Aliases.Select(alias => (JsonNode)new JsonObject { ["name"] = alias.Name, ["version"] = alias.FunctionVersion, ["weights"] = new JsonObject(alias.AdditionalVersionWeights.Select(weight => KeyValuePair.Create(weight.Key, (JsonNode?)weight.Value))) })]);
        return details;
    }
}
