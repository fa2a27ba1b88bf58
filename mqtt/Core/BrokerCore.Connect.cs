using System.Globalization;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>CONNECT (section 3.1): who comes, which session it takes up, and what holds for the connection.</summary>
internal sealed partial class BrokerCore
{
    private const double KeepAliveGrace = 1.5; // [MQTT-3.1.2-24] (5: [MQTT-3.1.2-22])
    private const int PatienceWithoutKeepAlive = 90_000; // milliseconds: as for the 60 s that most clients ask for

    private void OnConnect(Connection connection, in PacketFrame frame)
    {
        EndSilence(connection);
        if (!ConnectPacket.TryRead(frame, out var connect, out var fault))
        {
            RefuseConnect(connection, ConnectPacket.PeekVersion(frame), fault, isRead: false);
            return;
        }

        connection.Version = connect!.Version;
        connection.IsBridge = connect.IsBridge;
        connection.MaximumPacketSize = connect.MaximumPacketSize ?? uint.MaxValue;
        connection.WantsReasons = connect.RequestProblemInformation;
        var assigned = connect.ClientIdentifier.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"auto-{Guid.CreateVersion7(_clock.UtcNow):N}")
            : null;
        connection.Arrival = new Arrival(connection, connect, assigned);
        if (FindRefusal(connection, connect) is { } refusal)
        {
            RefuseConnect(connection, connect.Version, refusal, isRead: true);
            return;
        }

        Authenticate(connection.Arrival);
    }

    /// <summary>What stands against the CONNECT itself, whoever sends it.</summary>
    private static PacketFault? FindRefusal(Connection connection, ConnectPacket connect)
    {
        if (connect is { Version: MqttProtocolVersion.V311, ClientIdentifier.Length: 0, CleanStart: false })
        {
            return new PacketFault(ReasonCode.ClientIdentifierNotValid, "a session to be kept needs a client identifier"); // [MQTT-3.1.3-8]
        }

        return connect.Will is { } will ? FindFaultOfWill(will, connection.Listener.Limits) : null;
    }

    /// <summary>
    /// The client takes up its session. What CONNACK says of a session that is to last (that it is there, or that an old one is gone) must be
    /// what a restart would find: it waits for the journal where there is something to write down for it.
    /// </summary>
    private void LetIn(Arrival arrival, ClientAdmission admission)
    {
        var (connection, connect) = (arrival.Connection, arrival.Connect);
        long ticket = 0;
        var session = TakeUpSession(arrival, admission, ref ticket);
        session.Version = connect.Version;
        session.Limits = connection.Listener.Limits;
        session.Client = connection.Client;
        var isOwned = session.IsOwnerKnown && session.Identity == admission.Identity;
        SetOwner(session, admission.Identity);
        SetPolicy(session, admission.Policy);
        DropForbidden(session);
        DropUnreceivable(session);
        var expiry = ExpiryFor(connect, session.Limits);
        var isKnown = arrival.IsPresent && isOwned && session.ExpirySeconds == expiry && session is { Offset: >= 0, IsRefused: false } && session.Offset < _journal.DurableThrough;
        session.ExpirySeconds = expiry;
        session.LeftAt = null;
        session.IsAwaited = false;
        session.Will = WillOf(connect, admission.Credential);
        if (session.IsDurable || session.IsJournaled || session.Will is not null)
        {
            var saved = _journal.Save(session);
            ticket = isKnown || !session.IsDurable ? ticket : Math.Max(ticket, saved);
        }

        arrival.Session = session;
        if (ticket <= _journal.DurableThrough)
        {
            Welcome(arrival);
        }
        else
        {
            session.Arrival = arrival;
            connection.Pause(PauseReasons.Admission);
            WaitFor(ticket, arrival);
        }
    }

    /// <summary>The session is written down, or could not be.</summary>
    private void OnSessionSaved(Arrival arrival, Exception? failure)
    {
        var connection = arrival.Connection;
        if (connection.IsClosed)
        {
            return;
        }

        connection.Resume(PauseReasons.Admission);
        if (failure is null)
        {
            Welcome(arrival);
            return;
        }

        GiveUp(arrival);
        RefuseConnect(connection, connection.Version, new PacketFault(ReasonFor(failure), "the session could not be kept"), isRead: true);
    }

    /// <summary>The client has not come through: its will was never told to be kept [MQTT-3.1.2-7], and its session is what it was without it.</summary>
    private void GiveUp(Arrival arrival)
    {
        var session = arrival.Session!;
        arrival.Session = null;
        session.Arrival = null;
        if (arrival.Absence is not { } absence)
        {
            session.Will = null;
            EndSession(session);
            return;
        }

        absence.PutBack(session);
        Arm(session.Timer!);
        _journal.Save(session);
    }

    private void Welcome(Arrival arrival)
    {
        var (connection, connect, session) = (arrival.Connection, arrival.Connect, arrival.Session!);
        session.Arrival = null;
        connection.Arrival = null;
        connection.HasConnected = true;
        connection.ReceiveMaximum = Math.Min(connect.ReceiveMaximum ?? ushort.MaxValue, connection.Listener.Limits.InflightMax);
        var aliases = Math.Min(connect.TopicAliasMaximum ?? 0, connection.Listener.Limits.TopicAliasMaxOut); // [MQTT-3.1.2-26]
        connection.OutboundAliases = aliases > 0 ? new OutboundAliases(aliases) : null;
        connection.Session = session;
        session.Connection = connection;
        NumberConnection(connection);
        Counters.Connects++;
        Counters.MaximumClients = Math.Max(Counters.MaximumClients, ++Counters.ConnectedClients);
        foreach (var group in session.Shares ?? [])
        {
            OnMembersChanged(group); // the session may not be as durable as it was
        }

        var keepAlive = StartKeepAlive(connection, connect);
        if (!SendPacket(connection, ConnAckFor(arrival, session, keepAlive)))
        {
            Close(connection, ReasonCode.PacketTooLarge, "CONNACK is larger than the client takes");
            return;
        }

        if (arrival.IsPresent)
        {
            session.Outbound.Rewind();
            SendWaiting(session);
        }

        AnnounceConnected(connection, session);
        TellObservers(connection, static (observer, connection) => observer.OnAdmitted(connection.Client!));
        if (_logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Debug))
        {
            Log.ClientConnected(_logger, LogText.Of(session.ClientIdentifier), connection.RemoteEndPoint, arrival.IsPresent);
        }
    }

    /// <param name="isRead">The client's Maximum Packet Size is known, so a Reason String can be kept within it.</param>
    private void RefuseConnect(Connection connection, MqttProtocolVersion? version, PacketFault refusal, bool isRead)
    {
        TellOfRefused(connection, connection.Arrival?.Connect.ClientIdentifier ?? "", refusal);
        // [MQTT-3.2.2-6] 3.1.1 has a return code for few of the reasons; for the others the connection is just closed.
        var reasonCode = refusal.ReasonCode;
        var hasReturnCode = reasonCode is not (ReasonCode.MalformedPacket or ReasonCode.ProtocolError or ReasonCode.TopicNameInvalid
            or ReasonCode.PacketTooLarge or ReasonCode.PayloadFormatInvalid or ReasonCode.RetainNotSupported or ReasonCode.QualityOfServiceNotSupported);
        if (version == MqttProtocolVersion.V500 || (version == MqttProtocolVersion.V311 && hasReturnCode))
        {
            connection.Version = version.Value;
            if (!isRead || !SendPacket(connection, new ConnAckPacket { ReasonCode = reasonCode, ReasonString = refusal.Detail }))
            {
                SendPacket(connection, new ConnAckPacket { ReasonCode = reasonCode }); // [MQTT-3.2.2-19]
            }
        }

        Close(connection, reasonCode, refusal.Detail, isTold: true);
    }

    private Session TakeUpSession(Arrival arrival, ClientAdmission admission, ref long ticket)
    {
        var clientIdentifier = arrival.ClientIdentifier;
        if (_sessions.TryGetValue(clientIdentifier, out var session))
        {
            if (session.Arrival is { } earlier)
            {
                Close(earlier.Connection, ReasonCode.SessionTakenOver, "another connection with this client identifier");
            }

            if (session.Connection is { } other)
            {
                DisconnectClient(other, ReasonCode.SessionTakenOver, "another connection with this client identifier"); // [MQTT-3.1.4-2] (5: -3)
            }

            // The session may have ended with that connection.
            if (!_sessions.ContainsKey(clientIdentifier))
            {
                session = null;
            }
            else if (arrival.Connect.CleanStart || !session.IsDurable // the latter is kept only for its will, over a restart
                || IsAnothers(session, admission))
            {
                if (session.IsAwaited)
                {
                    session.Will = null; // it was the broker that had gone
                }

                ticket = EndSession(session); // [MQTT-3.1.2-6] (5: [MQTT-3.1.2-4])
                session = null;
            }
        }

        if (session is null)
        {
            session = new Session { ClientIdentifier = clientIdentifier, Limits = Limits, IsStranger = admission.Identity is null };
            AddSession(session);
            return session;
        }

        arrival.Absence = Absence.Of(session);
        var timer = session.Timer!; // every session that lasts has one since its client left, or the process began
        Timers.Cancel(timer);
        timer.WillDueAt = long.MaxValue; // [MQTT-3.1.3-9] the client came back before its will was due
        timer.ExpiresAt = long.MaxValue;
        return session;
    }

    private static Will? WillOf(ConnectPacket connect, string? credential) => connect.Will is null
        ? null
        : new Will(
            connect.Will,
            connect.WillDelaySeconds,
            connect.KeepAliveSeconds == 0 ? PatienceWithoutKeepAlive : (int)(connect.KeepAliveSeconds * 1000 * KeepAliveGrace),
            credential);

    private static uint ExpiryFor(ConnectPacket connect, MqttLimitsOptions limits)
    {
        var most = (uint)limits.SessionExpiryMax.TotalSeconds;
        return connect.Version == MqttProtocolVersion.V500
            ? Math.Min(connect.SessionExpirySeconds ?? 0, most)
            : connect.CleanStart ? 0 : most;
    }

    /// <returns>The keep-alive that the client has to be told, or null when it is its own.</returns>
    private ushort? StartKeepAlive(Connection connection, ConnectPacket connect)
    {
        var most = (ushort)connection.Listener.Limits.KeepAliveMax.TotalSeconds;
        var asked = connect.KeepAliveSeconds;
        var isLonger = asked == 0 || asked > most;
        // A 3.1.1 client cannot be told another keep-alive, and would be cut off for keeping its own.
        var isOverridden = isLonger && connect.Version == MqttProtocolVersion.V500;
        var seconds = isOverridden ? most : asked;
        connection.KeepAliveMilliseconds = (int)(seconds * 1000 * KeepAliveGrace);
        if (seconds > 0)
        {
            Timers.Set(connection, _clock.Now + connection.KeepAliveMilliseconds);
        }
        else
        {
            Timers.Cancel(connection);
        }

        return isOverridden ? most : null;
    }

    private ConnAckPacket ConnAckFor(Arrival arrival, Session session, ushort? keepAlive)
    {
        var connect = arrival.Connect;
        var answer = new ConnAckPacket { SessionPresent = arrival.IsPresent };
        if (connect.Version == MqttProtocolVersion.V500)
        {
            answer.AssignedClientIdentifier = arrival.AssignedIdentifier;
            answer.AuthenticationMethod = connect.AuthenticationMethod; // [MQTT-4.12.0-5]
            answer.AuthenticationData = arrival.AuthenticationData;
            answer.ServerKeepAliveSeconds = keepAlive;
            answer.SessionExpirySeconds = session.ExpirySeconds == (connect.SessionExpirySeconds ?? 0) ? null : session.ExpirySeconds;
            answer.ReceiveMaximum = (ushort)session.Limits.ReceiveMax;
            answer.TopicAliasMaximum = (ushort)session.Limits.TopicAliasMax;
            answer.MaximumPacketSize = (uint)session.Limits.MaxPacketBytes;
            answer.MaximumQualityOfService = (QualityOfService)session.Limits.MaxQos;
            answer.RetainAvailable = session.Limits.RetainAvailable;
            answer.WildcardSubscriptionAvailable = session.Limits.WildcardSubscriptions;
            answer.SharedSubscriptionAvailable = session.Limits.SharedSubscriptions;
            answer.SubscriptionIdentifiersAvailable = session.Limits.SubscriptionIdentifiers;
            answer.ResponseInformation = ResponseInformationFor(connect, session.ClientIdentifier);
        }

        return answer;
    }
}
