using System.Text.Json;
using System.Text.Json.Nodes;

namespace Roost.LocalLambda.Http;

/// <summary>All that can be told of one function: its status, and what its record says. Values of the environment are not in it.</summary>
internal static class FunctionDetails
{
    /// <param name="isolation">What stands around every function.</param>
    public static JsonObject Of<T>(Function function, T isolation)
    {
        var details = JsonSerializer.SerializeToNode(function.Status(), JsonSerializerOptions.Web)!.AsObject();
        details["isolation"] = JsonSerializer.SerializeToNode(isolation, JsonSerializerOptions.Web);
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
        details["environment"] = new JsonArray([.. latest.Environment.Keys.Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
        details["versions"] = new JsonArray([.. record.Versions.Select(version => (JsonNode)version.Version)]);
        details["aliases"] = new JsonArray([.. record.Aliases.Select(alias => (JsonNode)new JsonObject { ["name"] = alias.Name, ["version"] = alias.FunctionVersion, ["weights"] = new JsonObject(alias.AdditionalVersionWeights.Select(weight => KeyValuePair.Create(weight.Key, (JsonNode?)weight.Value))) })]);
        return details;
    }
}
