using Roost.Identity.Certificates;

namespace Roost.Identity.Logins;

/// <summary>Ends the connections of tokens whose time is over. Looks at each token's end, and once an hour in between, as a clock may be set.</summary>
internal sealed class TokenExpiry(Tokens tokens, CredentialChanges changes, TrustedTime trusted, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private ITimer? _timer;

    public void Start()
    {
        foreach (var token in tokens.List().Where(token => token.IsExpired(trusted.Now)))
        {
            _ended.Add(token.Id); // nobody has come in with it yet
        }

        _timer = time.CreateTimer(_ => _ = LookAsync(), state: null, Delay(), Timeout.InfiniteTimeSpan);
        tokens.Created = () => _timer.Change(Delay(), Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private async Task LookAsync()
    {
        foreach (var token in NewlyEnded())
        {
            await changes.EndAsync(token.PrincipalId);
        }

        _timer?.Change(Delay(), Timeout.InfiniteTimeSpan);
    }

    private List<TokenRecord> NewlyEnded()
    {
        lock (_gate)
        {
            var list = tokens.List();
            _ended.IntersectWith(list.Select(token => token.Id));
            return [.. list.Where(token => token.IsExpired(trusted.Now) && _ended.Add(token.Id))];
        }
    }

    private TimeSpan Delay()
    {
        var now = trusted.Now;
        var next = tokens.List().Where(token => token.ExpiresAt > now).Select(token => token.ExpiresAt!.Value - now).DefaultIfEmpty(_longest).Min();
        return next > _longest ? _longest : next < _shortest ? _shortest : next;
    }
}
