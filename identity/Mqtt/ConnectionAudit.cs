using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>Notes in the audit who comes, goes and is refused. What a flood of them may write there, the audit bounds.</summary>
internal sealed class ConnectionAudit(IServiceProvider services, ConnectMetrics metrics) : IConnectionObserver
{
    private readonly Lazy<IAuditTrail> _audit = new(services.GetRequiredService<IAuditTrail>); // it may need the broker, which is made with this

    public void OnAdmitted(ConnectedClient client) => Note("connect", client);

    public void OnDisconnected(ConnectedClient client, ReasonCode reasonCode, string reason) => Note("disconnect", client, reason: reason);

    public void OnDenied(ConnectedClient client, ClientRequest request, string topic) =>
        Note(request is ClientRequest.Subscribe ? "deny.subscribe" : "deny.publish", client, topic, request is ClientRequest.PublishRetained ? "no policy allows it, retained" : "no policy allows it");

    public void OnRefused(ConnectionRefusal refusal)
    {
        var refused = refusal.Tag as RefusedClient;
        var principal = refusal.Tag as Principal; // known, and refused for something else: another's session
        _audit.Value.Note(new AuditEntry("deny.connect")
        {
            Principal = refused?.Claimed ?? principal?.Id,
            Thing = refused?.Thing ?? principal?.Thing,
            ClientId = refusal.ClientIdentifier,
            Source = refusal.RemoteEndPoint,
            Resource = ConnectRight.On(refusal.ClientIdentifier),
            Reason = refused?.Reason ?? refusal.Reason,
        });
    }

    public void OnHandshakeFailed(string listenerName, string remoteEndPoint, string reason)
    {
        metrics.HandshakeFailed();
        _audit.Value.Note(new AuditEntry("deny.handshake") { Source = remoteEndPoint, Resource = listenerName, Reason = reason });
    }

    private void Note(string action, ConnectedClient client, string? resource = null, string? reason = null) => _audit.Value.Note(new AuditEntry(action)
    {
        Principal = client.Credential ?? (client.RemoteAddress is null || System.Net.IPAddress.IsLoopback(client.RemoteAddress) ? "local" : "anonymous"),
        Thing = (client.Tag as Principal)?.Thing,
        ClientId = client.ClientIdentifier,
        Source = client.RemoteEndPoint,
        Resource = resource,
        Reason = reason,
    });
}
