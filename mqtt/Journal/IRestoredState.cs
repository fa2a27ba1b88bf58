using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Journal;

/// <summary>Takes what a journal kept; the broker's core is one.</summary>
internal interface IRestoredState
{
    /// <param name="session">With its inbound Packet Identifiers and the messages that it waits for.</param>
    /// <param name="sinceDisconnect">How long the client has been away as far as is known; null: it was there when the last process ended.</param>
    void RestoreSession(Session session, TimeSpan? sinceDisconnect);

    void RestoreSubscription(Subscription subscription);

    void RestoreRetained(StoredMessage message);
}
