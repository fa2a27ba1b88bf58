namespace Roost.Shadow.Sync;

/// <summary>
/// Tells shadows that somebody deleted in the cloud from a cloud that has lost them: another account behind the same name, a new disk.
/// All shadows are looked at after a connection before what is gone there is taken for deleted, and it is only where few are. Any thread.
/// </summary>
internal sealed class CloudAbsences
{
    private const int OneIn = 10;

    private readonly Lock _gate = new();
    private readonly HashSet<TrackedShadow> _toBeLookedAt = [];
    private readonly HashSet<TrackedShadow> _present = [];
    private readonly HashSet<TrackedShadow> _absent = [];

    /// <summary>Null until all have been looked at. False where no other shadow is there, or more than one and more than a tenth are gone.</summary>
    public bool? AreDeletions
    {
        get
        {
            lock (_gate)
            {
                return _toBeLookedAt.Count > 0 ? null : _present.Count > 0 && _absent.Count <= Math.Max(1, (_present.Count + _absent.Count) / OneIn);
            }
        }
    }

    /// <summary>A connection was made, and these are looked at on it.</summary>
    public void Begin(IEnumerable<TrackedShadow> shadows)
    {
        lock (_gate)
        {
            if (_toBeLookedAt.Count == 0)
            {
                _absent.Clear(); // else the last connection ended too soon for a verdict: what was gone then, and was put back since, still counts
            }

            _present.Clear();
            _toBeLookedAt.Clear();
            _toBeLookedAt.UnionWith(shadows);
        }
    }

    /// <summary>What the cloud has of a shadow that it had at the last sync, and that nobody was seen to delete.</summary>
    public void Saw(TrackedShadow shadow, bool present)
    {
        lock (_gate)
        {
            if (!present)
            {
                _absent.Add(shadow);
                _present.Remove(shadow);
            }
            else if (!_absent.Contains(shadow))
            {
                _present.Add(shadow);
            }
        }
    }

    /// <summary>An exchange of the shadow ended, whichever way, but not with the connection.</summary>
    /// <returns>True when it was the last that had to be looked at.</returns>
    public bool LookedAt(TrackedShadow shadow)
    {
        lock (_gate)
        {
            return _toBeLookedAt.Remove(shadow) && _toBeLookedAt.Count == 0;
        }
    }
}
