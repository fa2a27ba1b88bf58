namespace Roost.Identity.Audit;

/// <summary>
/// Keeps floods out of the log: of what one principal, or address, does of one kind within a second a few are recorded, the rest is counted and becomes
/// one record. Bounded in memory and in records for each second, however many names an attacker makes up. Guarded by its owner.
/// </summary>
internal sealed class AuditFlood
{
    /// <summary>Of one kind and principal, within one second.</summary>
    public const int MostAlike = 5;

    /// <summary>Of all kinds and principals together, within one second: a fleet that comes back after an outage is still recorded one by one.</summary>
    public const int MostTogether = 1000;

    private readonly Dictionary<(string Action, string Who), Alike> _second = [];
    private readonly Dictionary<string, long> _others = [];
    private long _now;
    private int _recorded;

    /// <summary>Whether a second with counted entries waits for its summaries.</summary>
    public bool HasCounted { get; private set; }

    /// <param name="second">By a clock that is never set. Call <see cref="Drain"/> with it first.</param>
    /// <returns>False: it was counted.</returns>
    public bool Admit(AuditEntry entry, long second)
    {
        _now = second;
        var key = (entry.Action, entry.Principal ?? AddressOf(entry.Source));
        var isFull = _recorded >= MostTogether;
        if (!_second.TryGetValue(key, out var alike))
        {
            if (isFull)
            {
                _others[entry.Action] = _others.GetValueOrDefault(entry.Action) + 1;
                HasCounted = true;
                return false;
            }

            _second[key] = alike = new Alike();
        }

        alike.Last = entry;
        if (alike.Recorded < MostAlike && !isFull)
        {
            alike.Recorded++;
            _recorded++;
            return true;
        }

        alike.Counted++;
        HasCounted = true;
        return false;
    }

    /// <summary>The summaries of a second that is over, with how many more each stands for; none while it lasts.</summary>
    public List<(AuditEntry Entry, long? Count)> Drain(long second)
    {
        var summaries = new List<(AuditEntry Entry, long? Count)>();
        if (second == _now)
        {
            return summaries;
        }

        foreach (var alike in _second.Values.Where(alike => alike.Counted > 0))
        {
            summaries.Add((alike.Last! with { Reason = $"{alike.Counted} more within a second, this was the last. {alike.Last.Reason}".TrimEnd() }, alike.Counted));
        }

        foreach (var (action, counted) in _others)
        {
            summaries.Add((new AuditEntry(action) { Reason = $"{counted} more within a second, of others than those recorded" }, counted));
        }

        _second.Clear();
        _others.Clear();
        _recorded = 0;
        _now = second;
        HasCounted = false;
        return summaries;
    }

    /// <summary>Without the port, which is another each time.</summary>
    private static string AddressOf(string? source) =>
        source is null ? ""
        : source.IndexOf(" port ", StringComparison.Ordinal) is var port and > 0 ? source[..port]
        : System.Net.IPEndPoint.TryParse(source, out var endpoint) ? endpoint.Address.ToString() : source;

    private sealed class Alike
    {
        public AuditEntry? Last { get; set; }

        public int Recorded { get; set; }

        public long Counted { get; set; }
    }
}
