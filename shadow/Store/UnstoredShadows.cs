using System.Diagnostics.CodeAnalysis;
using Roost.Shadow.Documents;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Store;

/// <summary>
/// Shadows whose last change is durable in the journal and not in the table yet. Two generations: those that wait, and those that are
/// being written to the table just now. Any thread.
/// </summary>
internal sealed class UnstoredShadows
{
    private readonly Lock _gate = new();
    private Dictionary<ShadowId, ShadowRecord> _waiting = [];
    private Dictionary<ShadowId, ShadowRecord> _storing = [];
    private long _end;
    private long _changes;

    /// <summary>Changes that the journal would have to be read for after a crash.</summary>
    public long Changes
    {
        get
        {
            lock (_gate)
            {
                return _changes;
            }
        }
    }

    public bool TryFind(ShadowId id, [NotNullWhen(true)] out ShadowRecord? record)
    {
        lock (_gate)
        {
            return _waiting.TryGetValue(id, out record) || _storing.TryGetValue(id, out record);
        }
    }

    public void Add(ShadowChange change)
    {
        lock (_gate)
        {
            _waiting[change.Id] = change.Record;
            _end = Math.Max(_end, change.Offset + 1);
            _changes++;
        }
    }

    /// <summary>What is to be written to the table now, and the journal's offset after it. Ended by <see cref="Stored"/> or <see cref="NotStored"/>.</summary>
    public (IReadOnlyDictionary<ShadowId, ShadowRecord> Records, long End, long Changes) Take()
    {
        lock (_gate)
        {
            (_storing, _waiting) = (_waiting, []);
            return (_storing, _end, _changes);
        }
    }

    public void Stored(long changes)
    {
        lock (_gate)
        {
            _storing = [];
            _changes -= changes;
        }
    }

    public void NotStored()
    {
        lock (_gate)
        {
            foreach (var (id, record) in _storing)
            {
                _waiting.TryAdd(id, record); // a later change of the same shadow is newer
            }

            _storing = [];
        }
    }

    /// <summary>All of them, the newest record of each.</summary>
    public IReadOnlyDictionary<ShadowId, ShadowRecord> Snapshot()
    {
        lock (_gate)
        {
            var all = new Dictionary<ShadowId, ShadowRecord>(_storing);
            foreach (var (id, record) in _waiting)
            {
                all[id] = record;
            }

            return all;
        }
    }
}
