using System.Diagnostics.Metrics;

namespace Roost.Identity.Logins;

/// <summary>What the meter <c>roost.identity</c> counts about logins.</summary>
internal sealed class LoginMetrics
{
    private readonly Counter<long> _failed;
    private readonly Counter<long> _locked;

    public LoginMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("roost.identity");
        _failed = meter.CreateCounter<long>("roost.identity.logins.failed", "{try}", "Passwords, tokens, signatures and pairing codes that were looked at and were wrong, by kind of credential.");
        _locked = meter.CreateCounter<long>("roost.identity.logins.locked", "{try}", "Tries that were refused without being looked at, because too many wrong ones came before them.");
    }

    public void Failed(string kind) => _failed.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void LockedOut() => _locked.Add(1);
}
