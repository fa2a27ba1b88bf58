using System.Net;
using Microsoft.Extensions.Logging;

namespace Roost.Identity.Logins;

/// <summary>
/// Three counts: by name and address (strict), by address (loose), by name (loose, short). A name that has come in from an address before is at home
/// there: only its own wrong tries from exactly that address count, so that neither a neighbour in the network nor a flood from elsewhere locks it out.
/// </summary>
internal sealed class GuessingGuard(TimeProvider time, IAuditTrail audit, LoginMetrics metrics, ILogger<GuessingGuard> logger) : IGuessingGuard
{
    private const int Sets = 512; // with 8 ways: 4096 keys in each table
    private const int LongestName = 128;

    private readonly Lock _gate = new();
    private readonly GuessingTable _pairs = new(GuessingLimit.OfPair, Sets, time);
    private readonly GuessingTable _sources = new(GuessingLimit.OfSource, Sets, time);
    private readonly GuessingTable _names = new(GuessingLimit.OfName, Sets, time);
    private readonly FamiliarSources _familiar = new(maxNames: 4096);

    /// <summary>From where names have come in before the daemon's start.</summary>
    public void Restore(IEnumerable<(string Name, string Source)> familiar)
    {
        lock (_gate)
        {
            _familiar.Restore(familiar);
        }
    }

    /// <inheritdoc cref="FamiliarSources.TakeChanges"/>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Sources)> TakeFamiliarChanges()
    {
        lock (_gate)
        {
            return _familiar.TakeChanges();
        }
    }

    /// <inheritdoc cref="FamiliarSources.GiveBack"/>
    public void GiveBackFamiliarChanges(IEnumerable<string> names)
    {
        lock (_gate)
        {
            _familiar.GiveBack(names);
        }
    }

    /// <summary>Keys that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _pairs.Records.Count() + _sources.Records.Count() + _names.Records.Count();
            }
        }
    }

    public TimeSpan LockedFor(string claimed, IPAddress? source)
    {
        if (source is null)
        {
            return TimeSpan.Zero;
        }

        var name = Bounded(claimed);
        TimeSpan locked;
        lock (_gate)
        {
            var exact = GuessingSource.Exact(source);
            var network = GuessingSource.Network(source);
            locked = _familiar.Contains(name, exact)
                ? _pairs.LockedFor(Pair(name, exact))
                : Longest(_pairs.LockedFor(Pair(name, network)), _sources.LockedFor(network), _names.LockedFor(name));
        }

        if (locked > TimeSpan.Zero)
        {
            metrics.LockedOut();
        }

        return locked;
    }

    public void Failed(string claimed, IPAddress? source)
    {
        metrics.Failed(KindOf(claimed));
        if (source is null)
        {
            return;
        }

        var name = Bounded(claimed);
        TimeSpan locked;
        lock (_gate)
        {
            var exact = GuessingSource.Exact(source);
            var network = GuessingSource.Network(source);
            if (_familiar.Contains(name, exact))
            {
                locked = _pairs.Fail(Pair(name, exact), name, exact);
            }
            else
            {
                locked = Longest(_pairs.Fail(Pair(name, network), name, network), _sources.Fail(network, name: null, network), _names.Fail(name, name, source: null));
            }
        }

        if (locked > TimeSpan.Zero)
        {
            logger.GuesserLocked(name, source, locked);
            audit.Note(new AuditEntry("lock") { Principal = name, Source = source.ToString(), Reason = $"Too many wrong tries: refused for {locked.TotalSeconds:0} s." });
        }
    }

    public void Succeeded(string claimed, IPAddress? source)
    {
        if (source is null)
        {
            return;
        }

        var name = Bounded(claimed);
        lock (_gate)
        {
            // The counts of the address and of the name stay: one good account must not let its owner guess at others for ever.
            var exact = GuessingSource.Exact(source);
            _pairs.Forget(Pair(name, exact));
            _pairs.Forget(Pair(name, GuessingSource.Network(source)));
            _familiar.Add(name, exact);
        }
    }

    public IReadOnlyList<GuessingLock> LocksOf(string claimed)
    {
        var name = Bounded(claimed);
        lock (_gate)
        {
            return
            [
                .. new[] { _pairs, _names }
                    .SelectMany(table => table.Records.Where(record => record.Name == name).Select(record => new GuessingLock(record.Source, record.Failures, table.LockedFor(record))))
                    .OrderByDescending(found => found.LockedFor),
            ];
        }
    }

    public void Unlock(string claimed)
    {
        var name = Bounded(claimed);
        lock (_gate)
        {
            foreach (var table in new[] { _pairs, _names })
            {
                table.Records.Where(record => record.Name == name).ToList().ForEach(record => table.Forget(record.Key));
            }
        }
    }

    private static string Pair(string name, string source) => $"{name}\n{source}";

    // A name may be as long as a packet; two that begin alike are then one.
    private static string Bounded(string name) => name.Length <= LongestName ? name : name[..LongestName];

    // Of the known kinds alone: a name is what a stranger says, and a label is kept for good.
    private static string KindOf(string claimed) => claimed.Split('/', 2)[0] is ("user" or "token" or "key" or "pairing") and var kind ? kind : "other";

    private static TimeSpan Longest(TimeSpan one, TimeSpan other, TimeSpan third) => one > other ? (one > third ? one : third) : other > third ? other : third;
}
