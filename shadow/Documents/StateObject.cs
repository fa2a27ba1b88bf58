namespace Roost.Shadow.Documents;

/// <summary>An object. Members keep the order in which they were first written.</summary>
internal sealed class StateObject : StateNode
{
    public static readonly StateObject Empty = new(new StateMembers(0));

    private const int MemberBytes = 64; // its place, and its name where that is not shared

    private readonly StateMembers _members;

    /// <param name="members">Taken over; not to be changed afterwards.</param>
    public StateObject(StateMembers members)
    {
        _members = members;
        JsonBytes = 2 + Math.Max(0, members.Count - 1); // braces and commas
        foreach (ref readonly var member in members.Span)
        {
            JsonBytes += member.Key.Json.Length + member.Value.JsonBytes;
            MemoryBytes += MemberBytes + member.Key.Json.Length + member.Value.MemoryBytes;
        }
    }

    public override int JsonBytes { get; }

    public override int MemoryBytes { get; } = 128;

    public int Count => _members.Count;

    public StateMembers Members => _members;

    public StateNode? this[StateKey key] => _members[key];

    public StateNode? this[string key] => _members[StateKey.Of(key)];

    public override void WriteState(PayloadWriter writer)
    {
        writer.Raw("{"u8);
        var first = true;
        foreach (ref readonly var member in _members.Span)
        {
            writer.Comma(!first);
            writer.Raw(member.Key.Json);
            member.Value.WriteState(writer);
            first = false;
        }

        writer.Raw("}"u8);
    }

    public override void WriteMetadata(PayloadWriter writer)
    {
        writer.Raw("{"u8);
        var first = true;
        foreach (ref readonly var member in _members.Span)
        {
            writer.Comma(!first);
            writer.Raw(member.Key.Json);
            member.Value.WriteMetadata(writer);
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

        foreach (ref readonly var member in _members.Span)
        {
            if (right[member.Key] is not { } match || !member.Value.ValueEquals(match))
            {
                return false;
            }
        }

        return true;
    }

    public override void AddTimestamps(List<long> timestamps)
    {
        foreach (ref readonly var member in _members.Span)
        {
            member.Value.AddTimestamps(timestamps);
        }
    }

    public override StateNode WithoutNulls()
    {
        var same = true;
        var kept = new StateMembers(_members.Count);
        foreach (ref readonly var member in _members.Span)
        {
            if (!member.Value.IsNull)
            {
                var value = member.Value.WithoutNulls();
                same &= ReferenceEquals(value, member.Value);
                kept.Add(member.Key, value);
            }
        }

        return same && kept.Count == Count ? this : new StateObject(kept);
    }
}
