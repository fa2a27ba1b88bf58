using Roost.Mqtt.Connections;
using Roost.Mqtt.Policies;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What changes for an identity or a credential while clients of it are here, or on their way in.</summary>
internal sealed partial class BrokerCore
{
    // Of each subject (null: everybody) the last change of each kind that a hook may not have known when it was asked.
    private readonly Dictionary<(string Subject, bool IsRefusal), IdentityChange> _changes = [];
    private long _lastQuestion;

    /// <summary>The identity's sessions go on with another policy; what that no longer allows is taken from them.</summary>
    /// <returns>Sessions that it applies to.</returns>
    public int UpdatePolicy(string identity, IClientPolicy? policy)
    {
        NoteChange(identity, new IdentityChange(_lastQuestion, default, _ => policy));
        var sessions = SessionsOf(identity);
        foreach (var session in sessions)
        {
            ChangePolicy(session, policy);
        }

        return sessions.Length;
    }

    /// <summary>Begins <see cref="MqttBroker.UpdatePoliciesAsync"/>: clients that are on their way in get their policies by <paramref name="compile"/> from now on.</summary>
    /// <param name="subject">An identity or a credential; null: everybody who has one.</param>
    /// <returns>The sessions whose clients are here, or have left a will.</returns>
    public Session[] BeginPolicies(string? subject, Func<ConnectedClient, IClientPolicy?> compile)
    {
        NoteChange(subject ?? "", new IdentityChange(_lastQuestion, default, compile));
        return [.. _sessions.Values.Where(session => Acts(session) && IsAbout(session, subject))];
    }

    public void UpdatePolicies(ReadOnlySpan<Session> sessions, Func<ConnectedClient, IClientPolicy?> compile)
    {
        foreach (var session in sessions)
        {
            if (!Acts(session))
            {
                continue;
            }

            if (session is { Connection: null, Arrival: null })
            {
                JudgeWill(session, compile(session.Client ?? AbsentClientOf(session)));
            }
            else
            {
                ChangePolicy(session, compile(session.Client!));
            }
        }
    }

    /// <returns>Connections that were closed.</returns>
    public int DisconnectIdentity(string identity, ReasonCode reasonCode)
    {
        NoteChange(identity, new IdentityChange(_lastQuestion, reasonCode, Compile: null));
        return SessionsOf(identity).Count(session => SendAway(session, reasonCode, "the client is no longer let in"));
    }

    /// <param name="credential">Or an identity, all of whose credentials are meant.</param>
    /// <summary>Nothing is published for the credential any more: neither its wills that are due at its end, nor those that wait.</summary>
    /// <returns>Connections that were closed.</returns>
    public int DisconnectCredential(string credential, ReasonCode reasonCode)
    {
        NoteChange(credential, new IdentityChange(_lastQuestion, reasonCode, Compile: null));
        var closed = 0;
        foreach (var session in _sessions.Values.Where(session => IsOf(session, credential)).ToArray())
        {
            ForgetWill(session);
            closed += SendAway(session, reasonCode, "the client's credential holds no longer") ? 1 : 0;
        }

        return closed;
    }

    private void ChangePolicy(Session session, IClientPolicy? policy)
    {
        SetPolicy(session, policy);
        if (DropForbidden(session))
        {
            // MQTT has no way to tell of a subscription that is gone, but to let the client ask for it again.
            SendAway(session, ReasonCode.NotAuthorized, "the client may no longer have all of its subscriptions");
        }
    }

    private Session[] SessionsOf(string identity) => [.. _sessions.Values.Where(session => session.Identity == identity)];

    private static bool IsAbout(Session session, string? subject) => subject is null || IsOf(session, subject);

    /// <param name="subject">An identity or a credential. That of a client that was here before a restart is known only by its will.</param>
    private static bool IsOf(Session session, string subject) =>
        session.Identity == subject || session.Client?.Credential == subject || session.Will?.Credential == subject || session.Arrival?.Absence?.Will?.Credential == subject;

    /// <summary>Whether a client that is known does something by its rights: it is here, on its way in, or has left a will.</summary>
    private static bool Acts(Session session) => session is { HasEnded: false, Identity: not null } && session is not { Connection: null, Arrival: null, Will: null };

    /// <summary>Whose session it is, as far as is known after a restart.</summary>
    private static ConnectedClient AbsentClientOf(Session session) => new()
    {
        ClientIdentifier = session.ClientIdentifier,
        Identity = session.Identity,
        Credential = session.Will?.Credential,
        ListenerName = "",
        RemoteEndPoint = "",
    };

    /// <summary>The rest of what the client may do is judged when it comes back; its will does not wait for that.</summary>
    private void JudgeWill(Session session, IClientPolicy? policy)
    {
        if (session.Will is { } will && policy is not null && !new Permissions(policy, _logger).MayPublish(will.Message.Topic, will.Message.Retain))
        {
            ForgetWill(session);
        }
    }

    private void ForgetWill(Session session)
    {
        session.Will = null;
        if (session.Arrival is { Absence: { } absence } arrival)
        {
            arrival.Absence = absence with { Will = null, WillDueAt = long.MaxValue };
        }

        if (session is { Connection: null, Arrival: null, IsDurable: true })
        {
            _journal.Save(session); // nor after a restart
        }
    }

    /// <summary>Closes the connection that has the session, or is about to have it.</summary>
    /// <returns>False: there is none.</returns>
    private bool SendAway(Session session, ReasonCode reasonCode, string reason)
    {
        if (session.Arrival is { Connection: var arriving })
        {
            RefuseConnect(arriving, arriving.Version, new PacketFault(CannotConnect(reasonCode), reason), isRead: true);
            return true;
        }

        if (session.Connection is { } connection)
        {
            DisconnectClient(connection, reasonCode, reason);
            return true;
        }

        return false;
    }

    /// <summary>CONNACK has not all that DISCONNECT has.</summary>
    private static ReasonCode CannotConnect(ReasonCode reasonCode) => reasonCode is ReasonCode.AdministrativeAction ? ReasonCode.ServerUnavailable : reasonCode;

    /// <summary>A hook is asked about the client: what changes from now on, its answer may not know.</summary>
    private void BeginQuestion(Connection connection) => connection.Question = ++_lastQuestion;

    /// <summary>What the hook would say if it were asked now.</summary>
    private ClientAdmission BringUpToDate(Connection connection, ConnectedClient client, ClientAdmission admission)
    {
        if (admission.Identity is not { } identity || _changes.Count == 0)
        {
            return admission;
        }

        foreach (var subject in (ReadOnlySpan<string?>)[identity, admission.Credential])
        {
            if (subject is not null && FindChange(connection, subject, isRefusal: true) is { } ended)
            {
                return ClientAdmission.Refuse(CannotConnect(ended.Refusal), "the client is no longer let in", admission.Tag);
            }
        }

        foreach (var subject in (ReadOnlySpan<string?>)["", identity, admission.Credential])
        {
            if (subject is not null && FindChange(connection, subject, isRefusal: false) is { Compile: { } compile })
            {
                admission = admission.With(compile(client));
            }
        }

        return admission;
    }

    private IdentityChange? FindChange(Connection connection, string subject, bool isRefusal) =>
        _changes.TryGetValue((subject, isRefusal), out var change) && connection.Question <= change.LastQuestion ? change : null;

    /// <summary>Remembered only while a question of before may still be answered.</summary>
    private void NoteChange(string subject, IdentityChange change)
    {
        var oldest = Connections.Where(static connection => connection.IsBeingAsked).Select(static connection => connection.Question).DefaultIfEmpty(long.MaxValue).Min();
        foreach (var (other, earlier) in _changes)
        {
            if (earlier.LastQuestion < oldest)
            {
                _changes.Remove(other);
            }
        }

        if (oldest <= change.LastQuestion)
        {
            _changes[(subject, change.Refusal != ReasonCode.Success)] = change; // who was revoked while he was asked about stays so, also when he gets a policy meanwhile
        }
    }

    /// <param name="LastQuestion">Later ones are answered by somebody who knows.</param>
    /// <param name="Refusal">Success: only the policy has changed.</param>
    private readonly record struct IdentityChange(long LastQuestion, ReasonCode Refusal, Func<ConnectedClient, IClientPolicy?>? Compile);
}
