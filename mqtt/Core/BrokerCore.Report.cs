using System.Text;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What the log tells of clients that were not let in, were sent away, or lose messages; bounded, whatever they do.</summary>
internal sealed partial class BrokerCore
{
    /// <summary>Characters: a sentence with two names in it.</summary>
    private const int MostReason = 300;

    private readonly LineBudget _queueLines;
    private readonly LineBudget _expiryLines;
    private readonly LineBudget _retainedLines;

    /// <summary>A connection that never got as far as CONNECT.</summary>
    public void TellOfRejected(Connection connection, string reason)
    {
        if (LinesOf(connection.Listener).TryTake(_clock.Now))
        {
            Log.ConnectionRejected(_logger, connection.RemoteEndPoint, connection.Listener.Title, reason);
        }
    }

    private void TellOfRefused(Connection connection, string clientIdentifier, in PacketFault refusal)
    {
        Counters.ClientsRefused++;
        if (Hooks.Observers.Count > 0)
        {
            var told = new ConnectionRefusal(clientIdentifier, connection.ListenerName, connection.RemoteEndPoint, refusal.ReasonCode, refusal.Detail)
            {
                Identity = connection.Client?.Identity,
                Credential = connection.Client?.Credential,
                Tag = connection.Client?.Tag,
            };
            TellObservers(told, static (observer, told) => observer.OnRefused(told));
        }

        if (LinesOf(connection.Listener).TryTake(_clock.Now))
        {
            var reason = connection.Client?.Tag is IRefusalReason { Reason: var more } ? $"{refusal.Detail}: {LogText.Of(more.TrimEnd('.'), MostReason)}" : refusal.Detail;
            Log.ClientRefused(_logger, Shown(clientIdentifier), connection.RemoteEndPoint, connection.Listener.Title, reason);
        }
    }

    /// <summary>Closed by us for something the client did, or did not do. That it went by itself is told at debug level only.</summary>
    private void TellOfClosed(Connection connection, ReasonCode reasonCode, string reason)
    {
        if (reasonCode is ReasonCode.Success or ReasonCode.UnspecifiedError or ReasonCode.ServerShuttingDown)
        {
            return;
        }

        if (!connection.HasConnected && connection.Arrival is null)
        {
            TellOfRejected(connection, reason);
        }
        else if (LinesOf(connection.Listener).TryTake(_clock.Now))
        {
            var clientIdentifier = connection.Session?.ClientIdentifier ?? connection.Arrival?.ClientIdentifier ?? "";
            Log.ClientClosed(_logger, Shown(clientIdentifier), connection.RemoteEndPoint, connection.Listener.Title, reason);
        }
    }

    private void TellOfExpired(Session session)
    {
        if (_expiryLines.TryTake(_clock.Now))
        {
            Log.SessionExpired(_logger, LogText.Of(session.ClientIdentifier), session.Outbound.Count);
        }
    }

    private void TellOfFullQueue(in Publication publication, Session session, int waiting)
    {
        if (_queueLines.TryTake(_clock.Now))
        {
            var limit = waiting >= session.Limits.MaxQueued ? "max-queued"
                : session.Outbound.Bytes + SizeOf(publication) > session.Limits.MaxQueuedSizeBytes ? "max-queued-size"
                : FitsInTotal(publication, isStranger: false) ? "max-queued-total, of which anonymous clients have half"
                : "max-queued-total, which all sessions and retained messages share";
            Log.QueueFull(_logger, LogText.Of(session.ClientIdentifier), waiting, session.Outbound.Bytes, limit);
        }
    }

    private void TellOfNoRetainedRoom(in Publication publication)
    {
        if (_retainedLines.TryTake(_clock.Now))
        {
            var isNew = _retained.Find(publication.Route.Topic) is null;
            var limit = isNew && _retained.Count >= Limits.MaxRetained ? "max-retained"
                : CanBeRetained(publication, isStranger: false) ? "that of anonymous clients, half of max-retained, max-retained-size and max-queued-total"
                : FitsInTotal(publication, isStranger: false) ? "max-retained-size"
                : "max-queued-total, which all sessions and retained messages share";
            Log.NoRetainedRoom(_logger, LogText.Of(Encoding.UTF8.GetString(publication.Route.Topic)), _retained.Count, _retained.Bytes, limit);
        }
    }

    private LineBudget LinesOf(Listener listener) => listener.Lines ??= Budget($"connections on {listener.Title} that were refused or closed");

    private LineBudget Budget(string what) => new(Timers, others => Log.LinesLeftOut(_logger, others, what));

    private static string Shown(string clientIdentifier) => clientIdentifier.Length == 0 ? "A client" : LogText.Of(clientIdentifier);
}
