using System.Diagnostics.Metrics;

namespace Roost.Identity.Logins;

/// <summary>What the meter <c>roost.identity</c> counts about logins.</summary>
internal sealed class LoginMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _locked;

    public LoginMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("roost.identity");
        _failed = _meter.CreateCounter<long>("roost.identity.logins.failed", "{try}", "Passwords, tokens, signatures and pairing codes that were looked at and were wrong, by kind of credential.");
        _locked = _meter.CreateCounter<long>("roost.identity.logins.locked", "{try}", "Tries that were refused without being looked at, because too many wrong ones came before them.");
    }

    public void Failed(string kind) => _failed.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public void LockedOut() => _locked.Add(1);

    /// <summary>How many credentials there are, looked up when the metrics are collected.</summary>
    public void Observe(Func<IEnumerable<(string Kind, int Count)>> counts) =>
        _meter.CreateObservableGauge("roost.identity.logins", () => counts().Select(one => new Measurement<int>(one.Count, new KeyValuePair<string, object?>("kind", one.Kind))), "{credential}", "Users, tokens and access keys that are kept.");
}
