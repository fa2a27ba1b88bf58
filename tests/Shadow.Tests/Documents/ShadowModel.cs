using System.Globalization;
using System.Text.Json.Nodes;

namespace Roost.Shadow.Tests.Documents;

/// <summary>
/// The contract's rules in their plainest form, state and metadata in trees of their own, to hold the engine against. It shares nothing
/// with the engine.
/// </summary>
internal sealed class ShadowModel
{
    private static readonly string[] s_sections = ["desired", "reported"];

    public JsonObject State { get; } = [];

    public JsonObject Metadata { get; } = [];

    public long Version { get; private set; }

    /// <param name="patch">What an update carries at <c>state</c>; null clears.</param>
    public void Update(JsonObject? patch, long now)
    {
        foreach (var section in s_sections)
        {
            if (patch is null || (patch.ContainsKey(section) && patch[section] is null))
            {
                State.Remove(section);
                Metadata.Remove(section);
            }
            else if (patch[section] is JsonObject changes)
            {
                Merge(ObjectAt(State, section), ObjectAt(Metadata, section), changes, now);
                if (State[section]!.AsObject().Count == 0)
                {
                    State.Remove(section);
                    Metadata.Remove(section);
                }
            }
        }

        Version++;
    }

    /// <summary>Null when there is no difference.</summary>
    public JsonObject? Delta() => State["desired"] is JsonObject desired ? Difference(desired, State["reported"] as JsonObject) : null;

    /// <summary>Equal as values: whatever the order of keys, 1 is 1.0, and true is not 1.</summary>
    public static bool Same(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (null, null) => true,
        (JsonObject a, JsonObject b) => a.Count == b.Count && a.All(pair => b.ContainsKey(pair.Key) && Same(pair.Value, b[pair.Key])),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (JsonValue a, JsonValue b) when a.GetValueKind() == b.GetValueKind() => a.GetValueKind() == System.Text.Json.JsonValueKind.Number
            ? decimal.Parse(a.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) == decimal.Parse(b.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
            : a.ToJsonString() == b.ToJsonString(),
        _ => false,
    };

    private static void Merge(JsonObject state, JsonObject metadata, JsonObject changes, long now)
    {
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                state.Remove(key);
                metadata.Remove(key);
            }
            else if (value is JsonObject inner && state[key] is JsonObject old)
            {
                Merge(old, metadata[key]!.AsObject(), inner, now);
            }
            else
            {
                state[key] = WithoutNulls(value);
                metadata[key] = Times(state[key]!, now);
            }
        }
    }

    private static JsonNode WithoutNulls(JsonNode value) => value switch
    {
        JsonObject members => new JsonObject(members.Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)WithoutNulls(pair.Value!)))),
        JsonArray items => new JsonArray([.. items.Select(item => WithoutNulls(item!))]),
        _ => value.DeepClone(),
    };

    private static JsonNode Times(JsonNode value, long now) => value switch
    {
        JsonObject members => new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Times(pair.Value!, now)))),
        JsonArray items => new JsonArray([.. items.Select(item => Times(item!, now))]),
        _ => new JsonObject { ["timestamp"] = now },
    };

    private static JsonObject? Difference(JsonObject desired, JsonObject? reported)
    {
        var difference = new JsonObject();
        foreach (var (key, want) in desired)
        {
            if (reported is null || !reported.ContainsKey(key))
            {
                difference[key] = want!.DeepClone();
            }
            else if (want is JsonObject inner && reported[key] is JsonObject have)
            {
                if (Difference(inner, have) is { } part)
                {
                    difference[key] = part;
                }
            }
            else if (!Same(want, reported[key]))
            {
                difference[key] = want!.DeepClone();
            }
        }

        return difference.Count == 0 && (reported is not null || desired.Count == 0) ? null : difference;
    }

    private static JsonObject ObjectAt(JsonObject parent, string key)
    {
        if (parent[key] is not JsonObject found)
        {
            parent[key] = found = [];
        }

        return found;
    }
}
