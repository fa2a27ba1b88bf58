namespace Roost.Shadow.Sync;

/// <summary>
/// What is known in memory of one synced shadow: what has changed since it was synced, and whether the cloud's is known to be as it was
/// then. Small; documents are on the disk, but for one that the cloud has just sent. Locks itself, each time for a few statements.
/// </summary>
internal sealed class TrackedShadow(ShadowId id, SyncPolicy policy, PushBudget budget)
{
    private readonly Lock _gate = new();
    private UpstreamMessage? _pushed;
    private long _pushedAfter;
    private bool _localChanged;
    private bool _localDeleted;
    private bool _cloudDeleted;
    private bool _cloudKnown;
    private bool _held;
    private bool _lostSight; // since the exchange began

    public ShadowId Id { get; } = id;

    public SyncPolicy Policy { get; } = policy;

    /// <summary>Owned by the schedule, under its lock.</summary>
    public SyncTurn Turn { get; } = new();

    /// <summary>The shadow here may differ from what was synced.</summary>
    public bool IsLocalChanged
    {
        get
        {
            lock (_gate)
            {
                return _localChanged;
            }
        }
    }

    /// <summary>The shadow here was deleted since the last exchange began.</summary>
    public bool IsLocalDeleted
    {
        get
        {
            lock (_gate)
            {
                return _localDeleted;
            }
        }
    }

    /// <summary>The cloud has told of a change that is not taken yet.</summary>
    public bool HasPushed
    {
        get
        {
            lock (_gate)
            {
                return _pushed is not null;
            }
        }
    }

    public bool IsCloudKnown
    {
        get
        {
            lock (_gate)
            {
                return _cloudKnown;
            }
        }
    }

    /// <summary>See <see cref="SyncRow.IsHeld"/>.</summary>
    public bool IsHeld
    {
        get
        {
            lock (_gate)
            {
                return _held;
            }
        }

        set
        {
            lock (_gate)
            {
                _held = value;
            }
        }
    }

    public void LocalChanged(bool deleted)
    {
        lock (_gate)
        {
            _localChanged = true;
            _localDeleted |= deleted;
        }
    }

    /// <summary>The cloud's shadow may be anything from now on: the connection was lost, or somebody deleted it.</summary>
    public void CloudUnknown(bool deleted = false)
    {
        lock (_gate)
        {
            LoseSight();
            _cloudDeleted |= deleted;
        }
    }

    /// <summary>Somebody changed the cloud's shadow, and this is what it is now. A chain of such messages without a gap is kept by its last.</summary>
    public void CloudPushed(UpstreamMessage documents)
    {
        lock (_gate)
        {
            var after = _pushed is null ? documents.PreviousVersion : _pushedAfter;
            var follows = _pushed is null || _pushed.Side!.Version == documents.PreviousVersion;
            Drop();
            if (follows && budget.TryTake(documents))
            {
                (_pushed, _pushedAfter) = (documents, after);
            }
            else
            {
                LoseSight(); // out of order, one is missing, or there are too many: the cloud has to be asked
            }
        }
    }

    /// <summary>The last document that the cloud sent, whatever else is known.</summary>
    public SyncSide? LastPushed
    {
        get
        {
            lock (_gate)
            {
                return _pushed?.Side;
            }
        }
    }

    /// <summary>Begins an exchange: what happens from here on counts for the next one.</summary>
    public SyncNews Begin()
    {
        lock (_gate)
        {
            var news = new SyncNews(_localChanged, _localDeleted, _cloudDeleted);
            (_localChanged, _localDeleted, _cloudDeleted, _lostSight) = (false, false, false, false);
            return news;
        }
    }

    /// <summary>An exchange ended without being noted: what it was begun for is still to be done, and what it did at the cloud is not sure.</summary>
    public void Undo(SyncNews news)
    {
        lock (_gate)
        {
            _localChanged |= news.LocalChanged;
            _localDeleted |= news.LocalDeleted;
            _cloudDeleted |= news.CloudDeleted;
            LoseSight();
        }
    }

    /// <returns>The cloud's shadow as far as it can be known without asking; null where it has to be asked.</returns>
    public SyncSide? TakeCloud(SyncBase? last)
    {
        lock (_gate)
        {
            var pushed = _pushed?.Side;
            Drop();
            if (!_cloudKnown || last is null)
            {
                return null;
            }

            if (pushed is null || pushed.Version <= last.CloudVersion)
            {
                return AsSynced(last); // and what was pushed is older than what is known
            }

            _cloudKnown = _pushedAfter == last.CloudVersion;
            return _cloudKnown ? pushed : null;
        }
    }

    /// <summary>An exchange was noted: the cloud's shadow is what it found there, unless it was lost sight of meanwhile.</summary>
    public void Synced()
    {
        lock (_gate)
        {
            (_cloudKnown, _held) = (!_lostSight, false);
        }
    }

    public static SyncSide AsSynced(SyncBase last) => new(last.State, last.CloudVersion, last.CloudNewest);

    private void LoseSight()
    {
        Drop();
        (_cloudKnown, _lostSight) = (false, true);
    }

    private void Drop()
    {
        if (_pushed is { } held)
        {
            budget.Give(held);
        }

        _pushed = null;
    }
}
