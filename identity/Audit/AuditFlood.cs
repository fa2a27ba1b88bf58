using System.Net;

namespace Roost.Identity.Audit;

/// <summary>
/// Keeps floods out of the log, which is bounded: what comes last drives out what came first. Of what one principal does of one kind a few are recorded within a second, and so many within
/// hours; the rest is counted and becomes one record. Strangers are counted by their address, never by whom they claim to be, and together as well. Bounded in memory and
/// in records, however many names and addresses an attacker has. Guarded by its owner.
/// </summary>
internal sealed class AuditFlood
{
    /// <summary>Of one kind and principal, or of one stranger's address, within one second.</summary>
    public const int MostAlike = 5;

    /// <summary>Of all kinds and principals together, within one second: a fleet that comes back after an outage is still recorded one by one.</summary>
    public const int MostTogether = 1000;

    /// <summary>Of one kind and principal at a stretch; ten more for each minute. A robot that connects over and over fills 64 MiB in a week or more.</summary>
    public const int MostOfPrincipal = 600;

    /// <summary>Of one stranger's address at a stretch; one more for each minute.</summary>
    public const int MostOfAddress = 60;

    /// <summary>Of all strangers together at a stretch; two more for each minute, with summaries some 2 MB in a day: it takes a month without end to fill 64 MiB.</summary>
    public const int MostOfStrangers = 600;

    /// <summary>Records that sum up what exceeds these come so often.</summary>
    public const int SummarySeconds = 60;

    private const int MostAddresses = 1024; // whose quotas are remembered; beyond them all strangers' together bounds the rest

    private const int MostPrincipals = 4096;

    private const int MostKeys = 4096;

    private readonly Dictionary<(string Action, string Who), Alike> _second = [];
    private readonly Dictionary<string, long> _others = [];
    private readonly Dictionary<(string Action, string Who), Alike> _minute = [];
    private readonly Quotas _principals = new(MostOfPrincipal, secondsEach: 6, MostPrincipals);
    private readonly Quotas _addresses = new(MostOfAddress, secondsEach: 60, MostAddresses);
    private readonly Quotas _strangers = new(MostOfStrangers, secondsEach: 30, most: 1);
    private long _now;
    private long _minuteBegan;
    private int _recorded;
    private bool _hasCounted;

    /// <summary>Whether a second or a minute with counted entries waits for its summaries.</summary>
    public bool HasCounted => _hasCounted || _minute.Count > 0;

    /// <param name="second">By a clock that is never set. Call <see cref="Drain"/> with it first.</param>
    /// <returns>False: it was counted.</returns>
    public bool Admit(AuditEntry entry, long second)
    {
        _now = second;
        var isStranger = entry.Action is "deny.connect" or "deny.handshake" or "deny.http";
        var who = isStranger ? NetworkOf(entry.Source) : entry.Principal ?? NetworkOf(entry.Source);
        var key = (entry.Action, who);
        var isFull = _recorded >= MostTogether || _second.Count >= MostKeys;
        if (!_second.TryGetValue(key, out var alike))
        {
            if (isFull && isStranger)
            {
                return CountLong((entry.Action, ""), entry);
            }

            if (isFull)
            {
                _others[entry.Action] = _others.GetValueOrDefault(entry.Action) + 1;
                _hasCounted = true;
                return false;
            }

            _second[key] = alike = new Alike();
        }

        if (alike.Recorded < MostAlike && !isFull)
        {
            if (!TryTake(key, isStranger, second))
            {
                return CountLong(isStranger ? (entry.Action, "") : key, entry);
            }

            alike.Recorded++;
            _recorded++;
            return true;
        }

        // The summary of a second is a record, too.
        if (alike.Counted == 0 && !TryTake(key, isStranger, second))
        {
            return CountLong(isStranger ? (entry.Action, "") : key, entry);
        }

        alike.Last = entry;
        alike.Counted++;
        _hasCounted = true;
        return false;
    }

    /// <summary>The summaries of a second and of a minute that are over, with how many more each stands for; none while they last.</summary>
    public List<(AuditEntry Entry, long? Count)> Drain(long second)
    {
        var summaries = new List<(AuditEntry Entry, long? Count)>();
        if (second == _now)
        {
            return summaries;
        }

        Sum(summaries, _second, "within a second");
        foreach (var (action, counted) in _others)
        {
            summaries.Add((new AuditEntry(action) { Reason = $"{counted} more within a second, of others than those recorded" }, counted));
        }

        if (_minute.Count > 0 && second - _minuteBegan >= SummarySeconds)
        {
            Sum(summaries, _minute, "within a minute");
        }

        _others.Clear();
        _recorded = 0;
        _now = second;
        _hasCounted = false;
        return summaries;
    }

    private static void Sum(List<(AuditEntry Entry, long? Count)> summaries, Dictionary<(string Action, string Who), Alike> counted, string within)
    {
        foreach (var alike in counted.Values.Where(alike => alike.Counted > 0))
        {
            summaries.Add((alike.Last! with { Reason = $"{alike.Counted} more {within}, this was the last. {alike.Last.Reason}".TrimEnd() }, alike.Counted));
        }

        counted.Clear();
    }

    private bool TryTake((string Action, string Who) key, bool isStranger, long second) => isStranger
        ? _addresses.TryTake(key.Who, second) && _strangers.TryTake("", second)
        : _principals.TryTake($"{key.Action} {key.Who}", second);

    private bool CountLong((string Action, string Who) key, AuditEntry entry)
    {
        if (_minute.Count == 0)
        {
            _minuteBegan = _now;
        }

        if (!_minute.TryGetValue(key, out var alike))
        {
            key = _minute.Count < MostTogether ? key : (entry.Action, "");
            _minute[key] = alike = _minute.GetValueOrDefault(key) ?? new Alike();
        }

        alike.Last = entry;
        alike.Counted++;
        return false;
    }

    /// <summary>Without the port, which is another each time; of IPv6, where a host has as many addresses as it likes, the first 64 bits.</summary>
    private static string NetworkOf(string? source)
    {
        if (source is null)
        {
            return "";
        }

        var text = source.IndexOf(" port ", StringComparison.Ordinal) is var port and > 0 ? source[..port] : source;
        var address = IPAddress.TryParse(text, out var alone) ? alone : IPEndPoint.TryParse(text, out var endpoint) ? endpoint.Address : null;
        if (address is null)
        {
            return text;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.GetAddressBytes() is { Length: 16 } bytes ? Convert.ToHexString(bytes.AsSpan(0, 8)) : address.ToString();
    }

    private sealed class Alike
    {
        public AuditEntry? Last { get; set; }

        public int Recorded { get; set; }

        public long Counted { get; set; }
    }

    /// <summary>What each may still record: so many at a stretch, and one more as time goes by.</summary>
    private sealed class Quotas(int burst, int secondsEach, int most)
    {
        private readonly Dictionary<string, (long Left, long Since)> _quotas = [];

        public bool TryTake(string who, long second)
        {
            if (!_quotas.TryGetValue(who, out var quota))
            {
                if (_quotas.Count >= most && !Forget(second))
                {
                    return true; // whoever is not remembered is bounded by what bounds all
                }

                quota = (burst, second);
            }

            var gained = (second - quota.Since) / secondsEach;
            var left = Math.Min(burst, quota.Left + gained);
            _quotas[who] = (left > 0 ? left - 1 : 0, left == burst ? second : quota.Since + (gained * secondsEach));
            return left > 0;
        }

        /// <summary>Those who have all of it again are as if they had never come.</summary>
        private bool Forget(long second)
        {
            foreach (var (who, quota) in _quotas)
            {
                if (quota.Left + ((second - quota.Since) / secondsEach) >= burst)
                {
                    _quotas.Remove(who);
                }
            }

            return _quotas.Count < most;
        }
    }
}
