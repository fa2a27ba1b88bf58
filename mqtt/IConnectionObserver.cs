namespace Roost.Mqtt;

/// <summary>
/// Is told who comes, goes and is refused. Called on the broker's loop: it must return at once and never block. What it throws is logged, and nothing
/// else comes of it.
/// </summary>
public interface IConnectionObserver
{
    /// <summary>CONNACK goes out.</summary>
    void OnAdmitted(ConnectedClient client);

    void OnRefused(ConnectionRefusal refusal);

    /// <summary>Of a client that was admitted.</summary>
    /// <param name="reasonCode">Success: it said good-bye. Unspecified: it is gone. Else why it was closed.</param>
    void OnDisconnected(ConnectedClient client, ReasonCode reasonCode, string reason);

    /// <summary>Its policy does not allow it. Told once for each topic of a connection, and of the first 64 only.</summary>
    /// <param name="topic">The topic, or the filter as the client sent it.</param>
    void OnDenied(ConnectedClient client, ClientRequest request, string topic);

    void OnHandshakeFailed(string listenerName, string remoteEndPoint, string reason);
}
