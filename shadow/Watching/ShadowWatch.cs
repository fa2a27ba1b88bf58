using Roost.Shadow.Journal;

namespace Roost.Shadow.Watching;

/// <summary>
/// Brings each change to those who watch its shadow. The loop that owns the shadows only puts a change on a list, and not even that while nobody
/// watches; a thread of the pool spreads what is on the list.
/// </summary>
internal sealed class ShadowWatch(int maxWatchers) : IShadowObserver, IThreadPoolWorkItem
{
    /// <summary>Watchers of a pattern: each looks at every change.</summary>
    public const int MaxFleets = 32;

    /// <summary>
    /// One peer has at most this part of the places, those of fleets and those of all: who takes what there is leaves room for others. All clients of a
    /// loopback address, or behind one proxy, are one peer, which is why it is no smaller.
    /// </summary>
    public const int PeerShare = 2;

    private const int MaxArrived = 16_384;

    private readonly Lock _arrivalGate = new();
    private List<ShadowChange> _arrived = [];
    private List<ShadowChange> _spreading = [];
    private bool _isSpreading;
    private bool _isOverrun;

    private readonly Lock _watchersGate = new();
    private readonly Dictionary<string, HashSet<ShadowWatcher>> _byThing = [];
    private readonly HashSet<ShadowWatcher> _fleets = [];
    private readonly Dictionary<string, int> _places = []; // by peer
    private int _count;

    private long _lastOffset = -1; // of the thread that spreads
    private EventPosition? _position;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Every change up to here has been offered to those who watched then. Null before the first.</summary>
    public EventPosition? Position => Volatile.Read(ref _position);

    /// <param name="peer">Who watches.</param>
    /// <returns>Null when there are too many already, or too many of this peer. To be disposed when it is not wanted any more.</returns>
    public ShadowWatcher? TryWatch(ShadowScope scope, string peer)
    {
        lock (_watchersGate)
        {
            var places = _places.GetValueOrDefault(peer);
            if (_count >= maxWatchers || places >= ShareOf(maxWatchers)
                || (scope.IsFleet && (_fleets.Count >= MaxFleets || _fleets.Count(fleet => fleet.Peer == peer) >= ShareOf(MaxFleets))))
            {
                return null;
            }

            _places[peer] = places + 1;
            var watcher = new ShadowWatcher(this, scope, peer);
            if (scope.IsFleet)
            {
                _fleets.Add(watcher);
            }
            else if (_byThing.TryGetValue(scope.Things, out var others))
            {
                others.Add(watcher);
            }
            else
            {
                _byThing.Add(scope.Things, [watcher]);
            }

            Volatile.Write(ref _count, _count + 1);
            return watcher;
        }
    }

    public void Remove(ShadowWatcher watcher)
    {
        lock (_watchersGate)
        {
            var removed = watcher.Scope.IsFleet
                ? _fleets.Remove(watcher)
                : _byThing.TryGetValue(watcher.Scope.Things, out var others) && others.Remove(watcher);
            if (!removed)
            {
                return;
            }

            Volatile.Write(ref _count, _count - 1);
            if (_places[watcher.Peer] == 1)
            {
                _places.Remove(watcher.Peer);
            }
            else
            {
                _places[watcher.Peer]--;
            }

            if (!watcher.Scope.IsFleet && _byThing[watcher.Scope.Things].Count == 0)
            {
                _byThing.Remove(watcher.Scope.Things);
            }
        }
    }

    public void Changed(ShadowChange change)
    {
        if (Count == 0)
        {
            return;
        }

        lock (_arrivalGate)
        {
            if (_arrived.Count == MaxArrived)
            {
                _arrived.Clear();
                _isOverrun = true;
            }

            _arrived.Add(change);
            if (_isSpreading)
            {
                return;
            }

            _isSpreading = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            bool isOverrun;
            lock (_arrivalGate)
            {
                if (_arrived.Count == 0)
                {
                    _isSpreading = false;
                    return;
                }

                (_arrived, _spreading) = (_spreading, _arrived);
                (isOverrun, _isOverrun) = (_isOverrun, false);
            }

            if (isOverrun)
            {
                LetAllFallBehind();
            }

            foreach (var change in _spreading)
            {
                Spread(change);
            }

            Volatile.Write(ref _position, EventPosition.Of(_spreading[^1]));
            _spreading.Clear();
        }
    }

    private void Spread(ShadowChange change)
    {
        // A change of a batch that failed in part is in the journal, and nobody called for it. Nobody watched: the same, and harmless.
        if (change.Offset != _lastOffset + 1 && _lastOffset >= 0)
        {
            LetAllFallBehind();
        }

        _lastOffset = change.Offset;
        lock (_watchersGate)
        {
            if (_byThing.TryGetValue(change.Id.Thing, out var watchers))
            {
                Offer(watchers, change);
            }

            Offer(_fleets, change);
        }
    }

    private static void Offer(HashSet<ShadowWatcher> watchers, ShadowChange change)
    {
        foreach (var watcher in watchers)
        {
            if (watcher.Scope.Covers(change.Id))
            {
                watcher.Offer(change);
            }
        }
    }

    private static int ShareOf(int places) => (places + PeerShare - 1) / PeerShare;

    private void LetAllFallBehind()
    {
        lock (_watchersGate)
        {
            foreach (var watcher in _byThing.Values.SelectMany(watchers => watchers).Concat(_fleets))
            {
                watcher.FallBehind();
            }
        }
    }
}
