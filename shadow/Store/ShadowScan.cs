namespace Roost.Shadow.Store;

/// <summary>
/// Goes through many shadows in order, portion by portion, so that no reader holds the table for long: the table's rows, and in their place or between
/// them the changes that it had not when the scan began. Each shadow is as it was at some moment since then.
/// </summary>
internal sealed class ShadowScan
{
    private readonly ShadowTable _table;
    private readonly IReadOnlyList<KeyValuePair<ShadowId, ShadowRow>> _changed;
    private readonly string? _below;
    private readonly string _from;
    private (string Thing, string Name)? _after;
    private int _nextChanged;
    private bool _isTableRead;

    /// <param name="changed">In order; tombstones hide rows.</param>
    public ShadowScan(ShadowTable table, IReadOnlyList<KeyValuePair<ShadowId, ShadowRow>> changed, string after, string prefix)
    {
        _table = table;
        _changed = changed;
        _from = prefix;
        _below = prefix.Length == 0 ? null : prefix[..^1] + (char)(prefix[^1] + 1); // names are ASCII: the first text that does not begin so
        _after = string.CompareOrdinal(after, prefix) >= 0 && after.Length > 0 ? (after, LastName) : null;
    }

    // Beyond every name that a shadow may have: it leaves out all shadows of a thing.
    private const string LastName = "~";

    public bool IsAtEnd => _isTableRead && _nextChanged == _changed.Count;

    /// <summary>Rows whose key names no shadow: damaged, and passed over.</summary>
    public int BadKeys { get; private set; }

    /// <summary>The next shadows, about <paramref name="limit"/>; may be empty before the end.</summary>
    public List<ScannedShadow> ReadNext(int limit)
    {
        var rows = _isTableRead ? [] : _table.ReadNext(_after, _from, _below, limit);
        _isTableRead = rows.Count < limit;
        if (rows.Count > 0)
        {
            _after = (rows[^1].Thing, rows[^1].Name);
        }

        var merged = new List<ScannedShadow>(rows.Count);
        foreach (var row in rows)
        {
            AddChanged(merged, row.Thing, row.Name);
            if (_nextChanged < _changed.Count && Compare(_changed[_nextChanged].Key, row.Thing, row.Name) == 0)
            {
                continue; // the next call of AddChanged has it
            }

            if (ShadowId.TryCreate(row.Thing, row.Name.Length == 0 ? null : row.Name, out var id, out _))
            {
                merged.Add(new ScannedShadow(id, row.Row));
            }
            else
            {
                BadKeys++;
            }
        }

        if (_isTableRead)
        {
            AddChanged(merged, thing: null, name: "");
        }
        else
        {
            AddChanged(merged, _after!.Value.Thing, _after.Value.Name + '\0'); // the one at the last row's own key too
        }

        return merged;
    }

    /// <summary>Those before the key; all that are left where <paramref name="thing"/> is null.</summary>
    private void AddChanged(List<ScannedShadow> merged, string? thing, string name)
    {
        for (; _nextChanged < _changed.Count; _nextChanged++)
        {
            var (id, row) = _changed[_nextChanged];
            if (thing is not null && Compare(id, thing, name) >= 0)
            {
                return;
            }

            if (!row.IsTombstone)
            {
                merged.Add(new ScannedShadow(id, row));
            }
        }
    }

    private static int Compare(ShadowId id, string thing, string name)
    {
        var things = string.CompareOrdinal(id.Thing, thing);
        return things != 0 ? things : string.CompareOrdinal(id.Name, name);
    }
}
