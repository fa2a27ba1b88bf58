using System.Collections.Concurrent;

namespace Roost.Mqtt.Tests.Policies;

/// <summary>Writes down what it is told, one line each.</summary>
internal sealed class TestObserver : IConnectionObserver
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public bool Throws { get; init; }

    public void OnAdmitted(ConnectedClient client) => Tell($"admitted {client.ClientIdentifier} as {client.Identity} by {client.Credential}, tag {client.Tag}");

    public void OnRefused(ConnectionRefusal refusal) => Tell($"refused {refusal.ClientIdentifier} as {refusal.Identity}, {refusal.ReasonCode}, {refusal.Reason}, tag {refusal.Tag}");

    public void OnDisconnected(ConnectedClient client, ReasonCode reasonCode, string reason) => Tell($"disconnected {client.ClientIdentifier}, {reasonCode}");

    public void OnDenied(ConnectedClient client, ClientRequest request, string topic) => Tell($"denied {client.ClientIdentifier} {request} {topic}");

    public void OnHandshakeFailed(string listenerName, string remoteEndPoint, string reason) => Tell($"handshake: {reason}");

    private void Tell(string line)
    {
        Lines.Enqueue(line);
        if (Throws)
        {
            throw new InvalidOperationException("an observer's fault");
        }
    }
}
