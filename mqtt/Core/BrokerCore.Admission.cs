using System.Text;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Policies;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>Who is let in.</summary>
internal sealed partial class BrokerCore
{
    public ClientHooks Hooks { get; init; } = ClientHooks.None;

    private void Authenticate(Arrival arrival)
    {
        var connection = arrival.Connection;
        BeginQuestion(connection);
        if (arrival.Connect.AuthenticationMethod is { } method)
        {
            BeginExchange(arrival, method);
        }
        else if (Hooks.Authenticator is null || (arrival.IsAnonymous && connection.MayBeAnonymous))
        {
            OnAdmission(arrival, AnonymousAt(connection));
        }
        else
        {
            var credentials = arrival.ToCredentials();
            Ask<ClientAdmission>(arrival, () => Hooks.Authenticator.AuthenticateAsync(credentials, arrival.Connection.Gone), admission => OnAdmission(arrival, admission));
        }
    }

    private static ClientAdmission AnonymousAt(Connection connection) => connection.MayBeAnonymous
        ? ClientAdmission.Anonymous(connection.Listener.AnonymousPolicy)
        : ClientAdmission.Refuse(ReasonCode.NotAuthorized, "this listener takes no anonymous clients");

    /// <summary>Asks a hook about a client that has no CONNACK yet. Until the answer is there, nothing else from the client is handled.</summary>
    private void Ask<T>(Arrival arrival, Func<ValueTask<T>> ask, Action<T> onAnswer)
        where T : class
    {
        var connection = arrival.Connection;
        var letter = new HookAnswer<T>(_mailbox, answer => Heed(() => onAnswer(answer)), exception => Heed(() => OnHookFailed(arrival, exception)));
        if (!letter.TryAsk(ask))
        {
            connection.Pause(PauseReasons.Admission);
        }

        void Heed(Action act)
        {
            Answered(connection.Authentication);
            if (!connection.IsClosed) // it may have gone while the hook was thinking
            {
                connection.Resume(PauseReasons.Admission);
                act();
            }
        }
    }

    /// <summary>Any thread: what a hook does when it is told that nobody waits for its answer any more.</summary>
    public void OnWithdrawalFailed(Exception exception) => Log.HookFailed(_logger, exception);

    private void OnHookFailed(Arrival arrival, Exception exception)
    {
        Log.AuthenticatorFailed(_logger, arrival.Connection.RemoteEndPoint, exception);
        RefuseConnect(arrival.Connection, arrival.Connect.Version, new PacketFault(ReasonCode.UnspecifiedError, "the client could not be authenticated"), isRead: true);
    }

    private void OnAdmission(Arrival arrival, ClientAdmission admission)
    {
        var connection = arrival.Connection;
        admission = admission.IsForListener ? AnonymousAt(connection) : admission;
        connection.Client = ClientOf(connection, arrival.ClientIdentifier, admission);
        admission = BringUpToDate(connection, connection.Client, admission);
        if (admission.ReasonCode != ReasonCode.Success)
        {
            RefuseConnect(connection, arrival.Connect.Version, new PacketFault(admission.ReasonCode, admission.Reason ?? "the client is not let in"), isRead: true);
        }
        else if (FindRefusal(arrival, admission) is { } refusal)
        {
            RefuseConnect(connection, arrival.Connect.Version, refusal, isRead: true);
        }
        else
        {
            LetIn(arrival, admission);
        }
    }

    private static ConnectedClient ClientOf(Connection connection, string clientIdentifier, ClientAdmission admission) => new()
    {
        ClientIdentifier = clientIdentifier,
        Identity = admission.Identity,
        Credential = admission.Credential,
        Tag = admission.Tag,
        ListenerName = connection.ListenerName,
        RemoteEndPoint = connection.RemoteEndPoint,
        RemoteAddress = connection.RemoteAddress,
    };

    /// <summary>What stands against a client that is known.</summary>
    private PacketFault? FindRefusal(Arrival arrival, ClientAdmission admission)
    {
        if (arrival.Connect.Will is { } will && admission.Policy is { } policy && !new Permissions(policy, _logger).MayPublish(will.Topic, will.Retain))
        {
            return new PacketFault(ReasonCode.NotAuthorized, "the client may not publish its will");
        }

        if (_sessions.TryGetValue(arrival.ClientIdentifier, out var session))
        {
            return session.Identity is not null && !admission.OwnsClientIdentifier && IsAnothers(session, admission)
                ? new PacketFault(ReasonCode.ClientIdentifierNotValid, "the client identifier is another's")
                : null;
        }

        if (_sessions.Count >= Limits.MaxSessions || IsHalfTaken(admission.Identity is null, StrangerSessions + 1, Limits.MaxSessions))
        {
            Counters.SessionsRefused++; // none is ended for it: a stranger must not cost a known client its messages
            var reasonCode = arrival.Connect.Version == MqttProtocolVersion.V500 ? ReasonCode.QuotaExceeded : ReasonCode.ServerUnavailable;
            return new PacketFault(reasonCode, "there are as many sessions as may be (limits: max-sessions)");
        }

        return null;
    }

    /// <summary>
    /// Somebody's session is for nobody else. An anonymous client's is for all anonymous ones; a client that is known, to whom the client identifier
    /// may belong, is not kept out by it, but does not get what a stranger has put there; nor is the identity whose own name it is kept out by another. Who was known by nothing but a credential has its session
    /// also when that credential has become somebody's.
    /// </summary>
    private static bool IsAnothers(Session session, ClientAdmission admission) =>
        session.IsOwnerKnown && session.Identity != admission.Identity && (session.Identity is null || session.Identity != admission.Credential);

    private void SetPolicy(Session session, IClientPolicy? policy)
    {
        var before = session.Permissions;
        session.Permissions = policy is null ? null : new Permissions(policy, _logger);
        if (before is { ChecksReceived: true } || session.Permissions is { ChecksReceived: true })
        {
            _router.Invalidate(); // routes know who may receive
        }

        if (session.Will is { } will && session.Permissions is { } permissions && !permissions.MayPublish(will.Message.Topic, will.Message.Retain))
        {
            session.Will = null;
        }
    }

    /// <summary>
    /// A session of nobody in particular may have been made by a client that was allowed more: what waits in it is not for everyone who
    /// knows its client identifier.
    /// </summary>
    private void DropUnreceivable(Session session)
    {
        if (session is not { Identity: null, Permissions: { } permissions, Outbound: { Count: > 0 } queue })
        {
            return;
        }

        for (var sequence = queue.Head; sequence < queue.Tail; sequence++)
        {
            if (queue[sequence] is { Message: { } message } && !permissions.MaySubscribe(TopicFilter.Parse(Encoding.UTF8.GetString(message.Topic)), shareName: null))
            {
                Drop(DropReason.RefusedByPolicy, session, message.Topic);
                Settle(session, sequence, wasInFlight: false);
            }
        }
    }

    /// <summary>What waits for a client and matches nothing that it still is subscribed to; what was sent to it before goes on.</summary>
    private void DropUnsubscribed(Session session)
    {
        var queue = session.Outbound;
        for (var sequence = queue.NextToSend; sequence < queue.Tail; sequence++)
        {
            if (queue[sequence] is { Message: { } message } entry && !entry.Has(OutboundQueue.EntryFlags.WasSent)
                && TopicName.Parse(Encoding.UTF8.GetString(message.Topic)) is var topic
                && !session.Subscriptions.Values.Any(subscription => subscription.TopicFilter.Matches(topic)))
            {
                Drop(DropReason.RefusedByPolicy, session, message.Topic);
                Settle(session, sequence, wasInFlight: false);
            }
        }
    }

    /// <summary>Takes subscriptions that the policy does not allow from the session, and what waits for it by them alone.</summary>
    /// <returns>False: all were allowed.</returns>
    private bool DropForbidden(Session session)
    {
        if (session.Permissions is not { } permissions)
        {
            return false;
        }

        var forbidden = session.Subscriptions.Where(entry => !permissions.MaySubscribe(entry.Value.TopicFilter, entry.Value.ShareName)).ToArray();
        foreach (var (name, subscription) in forbidden)
        {
            session.Subscriptions.Remove(name);
            _router.Remove(subscription);
            LeaveShare(subscription);
            EndRetained(subscription);
            _journal.Remove(subscription);
        }

        if (forbidden.Length > 0)
        {
            DropUnsubscribed(session);
        }

        return forbidden.Length > 0;
    }
}
