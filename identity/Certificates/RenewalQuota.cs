namespace Roost.Identity.Certificates;

/// <summary>How often a thing may renew its certificates: each renewal is a signature, and a line of the audit for ever. Any thread may call.</summary>
internal sealed class RenewalQuota
{
    /// <summary>In an hour: enough for answers that are lost.</summary>
    public const int Most = 5;

    private static readonly TimeSpan s_window = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset Since, int Count)> _taken = new(StringComparer.Ordinal);

    /// <exception cref="ChangeRefusedException">It has had its share of this hour.</exception>
    public void Take(string thing, DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var (other, taken) in _taken.Where(one => (now - one.Value.Since).Duration() >= s_window).ToList())
            {
                _taken.Remove(other);
            }

            var (since, count) = _taken.GetValueOrDefault(thing, (now, 0));
            if (count >= Most)
            {
                throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"a thing may renew its certificates {Most} times in an hour; try again later");
            }

            _taken[thing] = (since, count + 1);
        }
    }
}
