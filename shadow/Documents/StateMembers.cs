using System.Runtime.InteropServices;

namespace Roost.Shadow.Documents;

/// <summary>
/// The members of an object in the order in which they were first written; each name once. Few are found by looking at each, many
/// by an index that is made when it is first needed. Filled once, by the one who makes it, and never changed afterwards.
/// </summary>
internal sealed class StateMembers(int capacity)
{
    private const int MostWithoutIndex = 12;

    private StateMember[] _members = capacity == 0 ? [] : new StateMember[capacity];
    private Dictionary<string, int>? _index;

    public int Count { get; private set; }

    public IEnumerable<string> Keys => MemoryMarshal.ToEnumerable<StateMember>(_members.AsMemory(0, Count)).Select(member => member.Key.Text);

    public StateNode? this[StateKey key] => Find(key) is var at and >= 0 ? _members[at].Value : null;

    public ReadOnlySpan<StateMember> Span => _members.AsSpan(0, Count);

    public ReadOnlySpan<StateMember>.Enumerator GetEnumerator() => Span.GetEnumerator();

    public bool ContainsKey(string key) => Find(StateKey.Of(key)) >= 0;

    /// <summary>Adds a member whose name is not there yet.</summary>
    public void Add(StateKey key, StateNode value)
    {
        if (Count == _members.Length)
        {
            Array.Resize(ref _members, Math.Max(4, Count * 2));
        }

        _members[Count] = new StateMember(key, value);
        _index?.Add(key.Text, Count);
        Count++;
    }

    /// <summary>Adds a member, or gives one that is there a new value in its old place.</summary>
    public void Set(StateKey key, StateNode value)
    {
        if (Find(key) is var at and >= 0)
        {
            _members[at] = new StateMember(key, value);
        }
        else
        {
            Add(key, value);
        }
    }

    private int Find(StateKey key)
    {
        if (Count > MostWithoutIndex)
        {
            return Index().GetValueOrDefault(key.Text, -1);
        }

        for (var i = 0; i < Count; i++)
        {
            if (_members[i].Key.IsSame(key))
            {
                return i;
            }
        }

        return -1;
    }

    // Documents are shared between threads once they are made: two may make the same index, and either will do.
    private Dictionary<string, int> Index()
    {
        if (Volatile.Read(ref _index) is { } index)
        {
            return index;
        }

        index = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            index.Add(_members[i].Key.Text, i);
        }

        Volatile.Write(ref _index, index);
        return index;
    }
}
