using System.Collections.Concurrent;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>The clients that are here whose credential ends some day, and when the first does. Any thread may ask.</summary>
internal sealed class ConnectionRegister : IConnectionObserver
{
    private readonly ConcurrentDictionary<ConnectedClient, Principal> _clients = new(ReferenceEqualityComparer.Instance);

    /// <summary>One whose credential ends has come. Called on the broker's loop.</summary>
    public Action<Principal> Came { get; set; } = static _ => { };

    /// <summary>Each credential once.</summary>
    public IEnumerable<Principal> Principals => _clients.Values.DistinctBy(static principal => principal.Id, StringComparer.Ordinal);

    public void OnAdmitted(ConnectedClient client)
    {
        if (client.Tag is Principal { ExpiresAt: not null } principal)
        {
            _clients[client] = principal;
            Came(principal);
        }
    }

    public void OnDisconnected(ConnectedClient client, ReasonCode reasonCode, string reason) => _clients.TryRemove(client, out _);

    public void OnRefused(ConnectionRefusal refusal)
    {
    }

    public void OnDenied(ConnectedClient client, ClientRequest request, string topic)
    {
    }

    public void OnHandshakeFailed(string listenerName, string remoteEndPoint, string reason)
    {
    }
}
