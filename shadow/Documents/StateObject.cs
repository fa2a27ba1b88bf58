namespace Roost.Shadow.Documents;

/// <summary>An object. Members keep the order in which they were first written.</summary>
internal sealed class StateObject : StateNode
{
    public static readonly StateObject Empty = new(new OrderedDictionary<string, StateNode>());

    private readonly OrderedDictionary<string, StateNode> _members;

    /// <param name="members">Taken over; not to be changed afterwards.</param>
    public StateObject(OrderedDictionary<string, StateNode> members)
    {
        _members = members;
        JsonBytes = 2 + Math.Max(0, members.Count - 1); // braces and commas
        foreach (var (key, value) in members)
        {
            JsonBytes += JsonText.StringBytes(key) + 1 + value.JsonBytes;
        }
    }

    public override int JsonBytes { get; }

    public int Count => _members.Count;

    public OrderedDictionary<string, StateNode> Members => _members;

    public StateNode? this[string key] => _members.GetValueOrDefault(key);

    public override void WriteState(PayloadWriter writer)
    {
        writer.Raw("{"u8);
        var first = true;
        foreach (var (key, value) in _members)
        {
            writer.Comma(!first);
            writer.Key(key);
            value.WriteState(writer);
            first = false;
        }

        writer.Raw("}"u8);
    }

    public override void WriteMetadata(PayloadWriter writer)
    {
        writer.Raw("{"u8);
        var first = true;
        foreach (var (key, value) in _members)
        {
            writer.Comma(!first);
            writer.Key(key);
            value.WriteMetadata(writer);
            first = false;
        }

        writer.Raw("}"u8);
    }

    public override bool ValueEquals(StateNode other)
    {
        if (other is not StateObject right || right.Count != Count)
        {
            return false;
        }

        foreach (var (key, value) in _members)
        {
            if (right[key] is not { } match || !value.ValueEquals(match))
            {
                return false;
            }
        }

        return true;
    }

    public override void AddTimestamps(List<long> timestamps)
    {
        foreach (var (_, value) in _members)
        {
            value.AddTimestamps(timestamps);
        }
    }

    public override StateNode WithoutNulls()
    {
        var kept = new OrderedDictionary<string, StateNode>(_members.Count);
        foreach (var (key, value) in _members)
        {
            if (!value.IsNull)
            {
                kept.Add(key, value.WithoutNulls());
            }
        }

        return new StateObject(kept);
    }
}
