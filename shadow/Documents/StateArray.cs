namespace Roost.Shadow.Documents;

/// <summary>An array: merged and compared whole. Its elements have their own times, all of the update that wrote it.</summary>
internal sealed class StateArray : StateNode
{
    private readonly StateNode[] _items;

    /// <param name="items">Taken over; not to be changed afterwards.</param>
    public StateArray(StateNode[] items)
    {
        _items = items;
        JsonBytes = 2 + Math.Max(0, items.Length - 1); // brackets and commas
        foreach (var item in items)
        {
            JsonBytes += item.JsonBytes;
            MemoryBytes += IntPtr.Size + item.MemoryBytes;
        }
    }

    public override int JsonBytes { get; }

    public override int MemoryBytes { get; } = 64;

    public ReadOnlySpan<StateNode> Items => _items;

    public override void WriteState(PayloadWriter writer)
    {
        writer.Raw("["u8);
        for (var i = 0; i < _items.Length; i++)
        {
            writer.Comma(i > 0);
            _items[i].WriteState(writer);
        }

        writer.Raw("]"u8);
    }

    public override void WriteMetadata(PayloadWriter writer)
    {
        writer.Raw("["u8);
        for (var i = 0; i < _items.Length; i++)
        {
            writer.Comma(i > 0);
            _items[i].WriteMetadata(writer);
        }

        writer.Raw("]"u8);
    }

    public override bool ValueEquals(StateNode other)
    {
        if (other is not StateArray array || array._items.Length != _items.Length)
        {
            return false;
        }

        for (var i = 0; i < _items.Length; i++)
        {
            if (!_items[i].ValueEquals(array._items[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override void AddTimestamps(List<long> timestamps)
    {
        foreach (var item in _items)
        {
            item.AddTimestamps(timestamps);
        }
    }

    public override StateNode WithoutNulls()
    {
        var items = Array.ConvertAll(_items, item => item.WithoutNulls());
        return items.AsSpan().SequenceEqual(_items) ? this : new StateArray(items);
    }
}
