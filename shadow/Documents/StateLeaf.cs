namespace Roost.Shadow.Documents;

/// <summary>A string, number, boolean or (in requests only) null. Holds its JSON text, so that 1.0 stays 1.0 and no digit is lost.</summary>
internal sealed class StateLeaf(LeafKind kind, byte[] json, long timestamp) : StateNode
{
    private const int ObjectBytes = 72; // itself, and its text's array

    public LeafKind Kind { get; } = kind;

    /// <summary>Canonical JSON: strings with their quotes and the fewest escapes, numbers as they came. Never changed.</summary>
    public byte[] Json { get; } = json;

    /// <summary>Seconds since 1970.</summary>
    public long Timestamp { get; } = timestamp;

    public override int JsonBytes => Json.Length;

    public override int MemoryBytes => ObjectBytes + Json.Length;

    public override bool IsNull => Kind == LeafKind.Null;

    public override void WriteState(PayloadWriter writer) => writer.Raw(Json);

    public override void WriteMetadata(PayloadWriter writer)
    {
        writer.Raw("{\"timestamp\":"u8);
        writer.Number(Timestamp);
        writer.Raw("}"u8);
    }

    public override bool ValueEquals(StateNode other) =>
        other is StateLeaf leaf && leaf.Kind == Kind
        && (Json.AsSpan().SequenceEqual(leaf.Json) || (Kind == LeafKind.Number && DecimalText.ValueEquals(Json, leaf.Json)));

    public override void AddTimestamps(List<long> timestamps) => timestamps.Add(Timestamp);
}
