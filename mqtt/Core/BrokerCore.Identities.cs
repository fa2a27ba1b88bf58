using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>What changes for an identity while clients of it are here, or on their way in.</summary>
internal sealed partial class BrokerCore
{
    private readonly Dictionary<string, IdentityChange> _changes = new(StringComparer.Ordinal); // that a hook may not have known when it was asked
    private long _lastQuestion;

    /// <summary>The identity's sessions go on with another policy; what that no longer allows is taken from them.</summary>
    /// <returns>Sessions that it applies to.</returns>
    public int UpdatePolicy(string identity, IClientPolicy? policy)
    {
        NoteChange(identity, new IdentityChange(_lastQuestion, default, policy));
        var sessions = SessionsOf(identity);
        foreach (var session in sessions)
        {
            SetPolicy(session, policy);
            if (DropForbidden(session))
            {
                // MQTT has no way to tell of a subscription that is gone, but to let the client ask for it again.
                SendAway(session, ReasonCode.NotAuthorized, "the client may no longer have all of its subscriptions");
            }
        }

        return sessions.Length;
    }

    /// <returns>Connections that were closed.</returns>
    public int DisconnectIdentity(string identity, ReasonCode reasonCode)
    {
        NoteChange(identity, new IdentityChange(_lastQuestion, reasonCode, Policy: null));
        return SessionsOf(identity).Count(session => SendAway(session, reasonCode, "the client is no longer let in"));
    }

    private Session[] SessionsOf(string identity) => [.. _sessions.Values.Where(session => session.Identity == identity)];

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
    private ClientAdmission BringUpToDate(Connection connection, ClientAdmission admission)
    {
        if (admission.Identity is not { } identity || !_changes.TryGetValue(identity, out var change) || connection.Question > change.LastQuestion)
        {
            return admission;
        }

        return change.Refusal == ReasonCode.Success
            ? ClientAdmission.Admit(identity, change.Policy)
            : ClientAdmission.Refuse(CannotConnect(change.Refusal), "the client is no longer let in");
    }

    /// <summary>Remembered only while a question of before may still be answered.</summary>
    private void NoteChange(string identity, IdentityChange change)
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
            // Who was revoked while he was asked about stays so for that question, also when he gets a policy meanwhile.
            _changes[identity] = change.Refusal == ReasonCode.Success && _changes.TryGetValue(identity, out var before) && before.Refusal != ReasonCode.Success
                ? before
                : change;
        }
    }

    /// <param name="LastQuestion">Later ones are answered by somebody who knows.</param>
    /// <param name="Refusal">Success: only the policy has changed.</param>
    private readonly record struct IdentityChange(long LastQuestion, ReasonCode Refusal, IClientPolicy? Policy);
}
