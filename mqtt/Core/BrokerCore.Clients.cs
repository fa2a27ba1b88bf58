using System.Net;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Clients as an operator sees them. On the loop, so the cost of a page is bounded: one look at each session, and a sort of the page.</summary>
internal sealed partial class BrokerCore
{
    public IReadOnlyList<ClientDescription> ListClients(ClientQuery query)
    {
        var page = new PriorityQueue<Session, string>(Comparer<string>.Create(static (one, other) => string.CompareOrdinal(other, one))); // the last one first out
        foreach (var session in _sessions.Values)
        {
            var name = session.ClientIdentifier;
            var isMeant = (query.After is null || string.CompareOrdinal(name, query.After) > 0)
                && (query.IsConnected is null || query.IsConnected == session.Connection is not null)
                && name.StartsWith(query.Prefix, StringComparison.Ordinal);
            if (isMeant && page.Count < query.Count)
            {
                page.Enqueue(session, name);
            }
            else if (isMeant)
            {
                page.EnqueueDequeue(session, name);
            }
        }

        return [.. page.UnorderedItems.Select(static item => item.Element).OrderBy(static session => session.ClientIdentifier, StringComparer.Ordinal).Select(Describe)];
    }

    /// <returns>Null: there is no such session.</returns>
    public ClientDetails? FindClient(string clientIdentifier) => !_sessions.TryGetValue(clientIdentifier, out var session)
        ? null
        : new ClientDetails(
            Describe(session),
            [.. session.Subscriptions.Values.OrderBy(static subscription => subscription.Name, StringComparer.Ordinal).Take(ClientDetails.MaxListed).Select(Describe)],
            session.Will?.Message.Topic,
            InflightIdentifiersOf(session.Outbound));

    /// <summary>Closes the client's connection; its session stays as long as it is to, unless it is to end now.</summary>
    /// <returns>False: there is no such client, or, where only its connection is meant, it is away.</returns>
    public bool DisconnectClient(string clientIdentifier, bool endSession, bool withoutWill = false, ReasonCode reasonCode = ReasonCode.AdministrativeAction)
    {
        if (!_sessions.TryGetValue(clientIdentifier, out var session) || (!endSession && session is { Connection: null, Arrival: null }))
        {
            return false;
        }

        if (withoutWill)
        {
            session.Will = null;
            if (session.Arrival is { Absence: { } absence } arrival)
            {
                arrival.Absence = absence with { Will = null, WillDueAt = long.MaxValue };
            }
        }

        SendAway(session, reasonCode, reasonCode is ReasonCode.AdministrativeAction ? "an operator closed the connection" : "the client is no longer let in");
        if (endSession && _sessions.TryGetValue(clientIdentifier, out var left) && ReferenceEquals(left, session))
        {
            EndSession(session); // it would have outlived its connection
        }

        return true;
    }

    /// <returns>False: the client is no longer here.</returns>
    public bool DisconnectClient(ConnectedClient client, ReasonCode reasonCode) =>
        _sessions.TryGetValue(client.ClientIdentifier, out var session) && ReferenceEquals(session.Client, client)
        && DisconnectClient(client.ClientIdentifier, endSession: false, withoutWill: true, reasonCode);

    private ClientDescription Describe(Session session) => new()
    {
        ClientIdentifier = session.ClientIdentifier,
        Identity = session.Identity,
        Credential = session.Client?.Credential,
        Connection = session.Connection is { } connection ? Describe(connection) : null,
        Since = session.Connection?.ConnectedAt ?? (session.LeftAt is { } left ? _clock.UtcNow - TimeSpan.FromMilliseconds(_clock.Now - left) : null),
        ProtocolVersion = session.Version,
        SessionExpiry = TimeSpan.FromSeconds(session.ExpirySeconds),
        SessionExpiresIn = session is { Connection: null, Timer.ExpiresAt: var at and not long.MaxValue } ? TimeSpan.FromMilliseconds(Math.Max(at - _clock.Now, 0)) : null,
        SubscriptionCount = session.Subscriptions.Count,
        QueuedMessages = session.Outbound.Count,
        QueuedBytes = session.Outbound.Bytes,
        InflightMessages = session.Connection is null ? 0 : session.Outbound.Unacknowledged,
        InboundMessages = session.InboundIdentifiers?.Count ?? 0,
        Drops = session.Drops?.Copy() ?? new DropCounts(),
    };

    private static ConnectionDescription Describe(Connection connection) => new(
        connection.RemoteEndPoint,
        NameOf(connection),
        connection.Listener.Options switch { { Websocket: true } => "websocket", { Socket: not null } => "unix", _ => "tcp" },
        IsEncrypted: connection.IsEncrypted,
        TimeSpan.FromMilliseconds(connection.KeepAliveMilliseconds / KeepAliveGrace),
        connection.BytesReceived,
        connection.BytesSent,
        connection.UnsentBytes);

    private static string NameOf(Connection connection) => connection.Listener.Options is var listener && connection.ListenerName != connection.Listener.Name
        ? connection.ListenerName
        : listener.Name ?? (listener.Socket is { } socket ? $"unix:{socket}" : new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port).ToString());

    private static SubscriptionDescription Describe(Subscription subscription) => new(
        subscription.Name, subscription.MaximumQualityOfService, subscription.NoLocal, subscription.RetainAsPublished, subscription.Identifier == 0 ? null : subscription.Identifier);

    private static List<int> InflightIdentifiersOf(OutboundQueue queue)
    {
        var identifiers = new List<int>();
        for (var sequence = queue.Head; sequence < queue.NextToSend && identifiers.Count < ClientDetails.MaxListed; sequence++)
        {
            if (!queue[sequence].Has(OutboundQueue.EntryFlags.Settled))
            {
                identifiers.Add(OutboundQueue.PacketIdentifierOf(sequence));
            }
        }

        return identifiers;
    }
}
