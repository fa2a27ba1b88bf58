using System.Diagnostics.CodeAnalysis;
using Roost.Shadow.Journal;

namespace Roost.Shadow.Store;

/// <summary>
/// Shadows whose last change is durable in the journal and not in the table yet. Two generations: those that wait, and those that are
/// being written to the table just now. They are kept as the table will, for as trees documents take many times as much. Any thread.
/// </summary>
internal sealed class UnstoredShadows
{
    private readonly Lock _gate = new();
    private Dictionary<ShadowId, ShadowRow> _waiting = [];
    private Dictionary<ShadowId, ShadowRow> _storing = [];
    private const int FlatBytes = 256;

    private long _end;
    private (long Changes, long Bytes) _size;
    private (long Changes, long Bytes) _sizeOfStoring;

    /// <summary>Changes that the journal would have to be read for after a crash.</summary>
    public long Changes
    {
        get
        {
            lock (_gate)
            {
                return _size.Changes;
            }
        }
    }

    /// <summary>What these changes take in the journal, about; in memory they take no more.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _size.Bytes;
            }
        }
    }

    /// <summary>The journal's offset after the newest change that was added; 0 before the first.</summary>
    public long End
    {
        get
        {
            lock (_gate)
            {
                return _end;
            }
        }
    }

    public bool TryFind(ShadowId id, [NotNullWhen(true)] out ShadowRow? row)
    {
        lock (_gate)
        {
            return _waiting.TryGetValue(id, out row) || _storing.TryGetValue(id, out row);
        }
    }

    public void Add(ShadowChange change)
    {
        lock (_gate)
        {
            _waiting[change.Id] = change.Row;
            _end = Math.Max(_end, change.Offset + 1);
            _size = (_size.Changes + 1, _size.Bytes + FlatBytes + (change.Row.State?.Length ?? 0) + (change.Row.Times?.Length ?? 0));
        }
    }

    /// <summary>What is to be written to the table now, and the journal's offset after it. Ended by <see cref="Stored"/> or <see cref="NotStored"/>.</summary>
    public (IReadOnlyDictionary<ShadowId, ShadowRow> Rows, long End) Take()
    {
        lock (_gate)
        {
            (_storing, _waiting) = (_waiting, []);
            _sizeOfStoring = _size;
            return (_storing, _end);
        }
    }

    public void Stored()
    {
        lock (_gate)
        {
            _storing = [];
            _size = (_size.Changes - _sizeOfStoring.Changes, _size.Bytes - _sizeOfStoring.Bytes);
        }
    }

    public void NotStored()
    {
        lock (_gate)
        {
            foreach (var (id, row) in _storing)
            {
                _waiting.TryAdd(id, row); // a later change of the same shadow is newer
            }

            _storing = [];
        }
    }

    /// <summary>All of them, the newest row of each.</summary>
    public IReadOnlyDictionary<ShadowId, ShadowRow> Snapshot()
    {
        lock (_gate)
        {
            var all = new Dictionary<ShadowId, ShadowRow>(_storing);
            foreach (var (id, row) in _waiting)
            {
                all[id] = row;
            }

            return all;
        }
    }

    /// <summary>Those of one thing.</summary>
    public Dictionary<ShadowId, ShadowRow> Of(string thing)
    {
        var found = new Dictionary<ShadowId, ShadowRow>();
        lock (_gate)
        {
            foreach (var shadows in (Dictionary<ShadowId, ShadowRow>[])[_storing, _waiting])
            {
                foreach (var (id, row) in shadows)
                {
                    if (id.Thing == thing)
                    {
                        found[id] = row;
                    }
                }
            }
        }

        return found;
    }
}
