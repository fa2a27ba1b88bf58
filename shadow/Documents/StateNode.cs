namespace Roost.Shadow.Documents;

/// <summary>
/// A JSON value of a shadow and the times at which its leaves were written: state and metadata in one immutable tree, so that the
/// two cannot drift apart, and a user's key named <c>timestamp</c> is a key like any other.
/// </summary>
internal abstract class StateNode
{
    /// <summary>Length of the value as compact JSON in UTF-8, without metadata.</summary>
    public abstract int JsonBytes { get; }

    /// <summary>What the tree takes in memory, in bytes, about. Many times <see cref="JsonBytes"/> where values are short.</summary>
    public abstract int MemoryBytes { get; }

    public virtual bool IsNull => false;

    public abstract void WriteState(PayloadWriter writer);

    /// <summary>Writes <c>{"timestamp":seconds}</c> in the place of each leaf.</summary>
    public abstract void WriteMetadata(PayloadWriter writer);

    /// <summary>Equality of values, whatever the times, the order of keys, and the spelling of numbers (1 equals 1.0).</summary>
    public abstract bool ValueEquals(StateNode other);

    /// <summary>Visits the leaves in the order in which <see cref="WriteState"/> prints them.</summary>
    public abstract void AddTimestamps(List<long> timestamps);

    /// <summary>The value as it is stored when it is new: a shadow holds no nulls, so members that are null are left out.</summary>
    public virtual StateNode WithoutNulls() => this;
}
