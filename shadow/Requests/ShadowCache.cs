using Roost.Shadow.Documents;

namespace Roost.Shadow.Requests;

/// <summary>The records used last, so that a request for one does not read the disk. Owned by the loop.</summary>
/// <param name="maxBytes">Bound on what they take in memory.</param>
internal sealed class ShadowCache(long maxBytes)
{
    private const int FlatCost = 256;

    private readonly Dictionary<ShadowId, LinkedListNode<(ShadowId Id, ShadowRecord Record)>> _byId = [];
    private readonly LinkedList<(ShadowId Id, ShadowRecord Record)> _byUse = new(); // the last used first
    private long _bytes;

    public int Count => _byId.Count;

    public ShadowRecord? Find(ShadowId id)
    {
        if (!_byId.TryGetValue(id, out var node))
        {
            return null;
        }

        _byUse.Remove(node);
        _byUse.AddFirst(node);
        return node.Value.Record;
    }

    public void Put(ShadowId id, ShadowRecord record)
    {
        if (_byId.TryGetValue(id, out var node))
        {
            _bytes += CostOf(record) - CostOf(node.Value.Record);
            node.Value = (id, record);
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
        else
        {
            _bytes += CostOf(record);
            _byId.Add(id, _byUse.AddFirst((id, record)));
        }

        while (_bytes > maxBytes && _byUse.Last is { } oldest)
        {
            _bytes -= CostOf(oldest.Value.Record);
            _byId.Remove(oldest.Value.Id);
            _byUse.RemoveLast();
        }
    }

    public void Remove(ShadowId id)
    {
        if (_byId.Remove(id, out var node))
        {
            _bytes -= CostOf(node.Value.Record);
            _byUse.Remove(node);
        }
    }

    private static int CostOf(ShadowRecord record) => FlatCost + (record.State?.MemoryBytes ?? 0);
}
