using System.Text.Json.Nodes;

namespace Roost.LocalLambda.Http.ControlPlane;

internal static class JsonTexts
{
    /// <summary>In the order of the names, so that answers can be compared.</summary>
    public static JsonObject Of(IReadOnlyDictionary<string, string> texts) =>
        new(texts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
