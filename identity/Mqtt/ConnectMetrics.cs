using System.Diagnostics.Metrics;

namespace Roost.Identity.Mqtt;

/// <summary>What the meter <c>roost.identity</c> counts about MQTT's clients.</summary>
internal sealed class ConnectMetrics
{
    private readonly Counter<long> _checks;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _handshakes;

    public ConnectMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("roost.identity");
        _checks = meter.CreateCounter<long>("roost.identity.mqtt.checks", "{credential}", "Credentials that MQTT clients have shown, by kind and outcome.");
        _connects = meter.CreateCounter<long>("roost.identity.mqtt.connects", "{connection}", "MQTT clients with a credential that were let in or refused.");
        _ended = meter.CreateCounter<long>("roost.identity.mqtt.ended", "{connection}", "Connections that were closed because their credential has ended.");
        _handshakes = meter.CreateCounter<long>("roost.identity.mqtt.handshakes.failed", "{connection}", "TLS handshakes of MQTT's listeners that failed.");
    }

    public void Checked(CredentialKind kind, CredentialFault fault) =>
        _checks.Add(1, new("kind", kind.ToString().ToLowerInvariant()), new("outcome", fault is CredentialFault.None ? "good" : NameOf(fault)));

    public void Decided(bool isAdmitted) => _connects.Add(1, new KeyValuePair<string, object?>("outcome", isAdmitted ? "admitted" : "refused"));

    public void Ended(int connections) => _ended.Add(connections);

    public void HandshakeFailed() => _handshakes.Add(1);

    private static string NameOf(CredentialFault fault) => fault switch
    {
        CredentialFault.WrongSecret or CredentialFault.Unknown or CredentialFault.Malformed => "wrong",
        CredentialFault.Expired or CredentialFault.NotYetValid => "out-of-date",
        CredentialFault.Revoked or CredentialFault.Inactive => "revoked",
        CredentialFault.LockedOut or CredentialFault.Busy => "locked",
        _ => "untrusted",
    };
}
