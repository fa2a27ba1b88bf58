using System.Text.Json;
using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>Reads the documents that a shadow service sends: <c>{"state":{...},"metadata":{...},"version":n}</c>.</summary>
internal static class ShadowDocumentReader
{
    private const int MaxDepth = 2 * ShadowOptionsValidator.MostDepth; // deeper than any setting here: the other side may have another

    public static readonly JsonDocumentOptions Nested = new() { MaxDepth = MaxDepth + 4 };

    /// <returns>Null when it is no such document.</returns>
    public static SyncSide? Read(JsonElement document)
    {
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("state", out var state)
            || !document.TryGetProperty("version", out var version) || !version.TryGetInt64(out var number)
            || !TryReadState(state, out var read))
        {
            return null;
        }

        return new SyncSide(read, number, document.TryGetProperty("metadata", out var metadata) ? Newest(metadata) : 0);
    }

    /// <returns>False when a section is no object, or it is nested too deep.</returns>
    public static bool TryReadState(JsonElement state, out ShadowState read)
    {
        read = ShadowState.Empty;
        if (state.ValueKind != JsonValueKind.Object || !TryReadSection(state, "desired", out var desired) || !TryReadSection(state, "reported", out var reported))
        {
            return false;
        }

        read = new ShadowState(desired, reported);
        return true;
    }

    private static bool TryReadSection(JsonElement state, string name, out StateObject? section)
    {
        section = null;
        if (!state.TryGetProperty(name, out var element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        var values = new StateReader(MaxDepth, now: 0);
        var reader = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element), new JsonReaderOptions { MaxDepth = MaxDepth + 2 });
        reader.Read();
        section = values.Read(ref reader) is StateObject { Count: > 0 } members ? members : null;
        return !values.TooDeep;
    }

    // The only numbers in metadata are times, whatever the keys are called.
    private static long Newest(JsonElement metadata) => metadata.ValueKind switch
    {
        JsonValueKind.Object => metadata.EnumerateObject().Select(member => Newest(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => metadata.EnumerateArray().Select(Newest).DefaultIfEmpty().Max(),
        JsonValueKind.Number => metadata.TryGetInt64(out var seconds) ? seconds : 0,
        _ => 0,
    };
}
