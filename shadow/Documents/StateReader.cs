using System.Text.Json;

namespace Roost.Shadow.Documents;

/// <summary>Builds the tree of a JSON value. Where a key is repeated, its last value counts, at the place of the first.</summary>
/// <param name="maxDepth">Levels of non-empty containers taken; what is deeper is only checked for being JSON.</param>
/// <param name="times">Times for the leaves in the order read; null gives each leaf <paramref name="now"/>.</param>
internal sealed class StateReader(int maxDepth, long now, IReadOnlyList<long>? times = null)
{
    private int _leaves;

    public bool TooDeep { get; private set; }

    /// <summary>The cloud refuses null as an element of an array.</summary>
    public bool NullInArray { get; private set; }

    public int LeavesRead => _leaves;

    /// <summary>Reads the value at which <paramref name="reader"/> stands and leaves it on the value's last token.</summary>
    /// <param name="level">1 for the value of <c>desired</c>; an empty container does not count as a level.</param>
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="InvalidOperationException">A string holds half a surrogate pair.</exception>
    public StateNode Read(ref Utf8JsonReader reader, int level = 1)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, level);
            case JsonTokenType.StartArray:
                return ReadArray(ref reader, level);
            case JsonTokenType.String:
                return Leaf(LeafKind.String, reader.ValueIsEscaped ? JsonText.ToBytes(reader.GetString()!) : [(byte)'"', .. reader.ValueSpan, (byte)'"']);
            case JsonTokenType.Number:
                return Leaf(LeafKind.Number, reader.ValueSpan.ToArray());
            case JsonTokenType.True:
                return Leaf(LeafKind.True, JsonWords.True);
            case JsonTokenType.False:
                return Leaf(LeafKind.False, JsonWords.False);
            default:
                return Leaf(LeafKind.Null, JsonWords.Null);
        }
    }

    private StateObject ReadObject(ref Utf8JsonReader reader, int level)
    {
        var members = new StateMembers(0);
        while (ReadNext(ref reader) != JsonTokenType.EndObject)
        {
            var key = reader.ValueIsEscaped ? StateKey.Of(reader.GetString()!) : StateKey.Of(reader.ValueSpan);
            ReadNext(ref reader);
            if (IsTooDeep(ref reader, level))
            {
                continue;
            }

            members.Set(key, Read(ref reader, level + 1));
        }

        return members.Count == 0 ? StateObject.Empty : new StateObject(members);
    }

    private StateArray ReadArray(ref Utf8JsonReader reader, int level)
    {
        var items = new List<StateNode>();
        while (ReadNext(ref reader) != JsonTokenType.EndArray)
        {
            if (IsTooDeep(ref reader, level))
            {
                continue;
            }

            NullInArray |= reader.TokenType == JsonTokenType.Null;
            items.Add(Read(ref reader, level + 1));
        }

        return new StateArray([.. items]);
    }

    // A container at this level has content: that is what makes it count. Recursion ends here, however deep the text goes.
    private bool IsTooDeep(ref Utf8JsonReader reader, int level)
    {
        if (level <= maxDepth)
        {
            return false;
        }

        TooDeep = true;
        reader.Skip();
        return true;
    }

    private StateLeaf Leaf(LeafKind kind, byte[] json)
    {
        var time = times is null ? now : _leaves < times.Count ? times[_leaves] : 0;
        _leaves++;
        return new StateLeaf(kind, json, time);
    }

    private static JsonTokenType ReadNext(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw new JsonException("The text ends inside a value.");
}
