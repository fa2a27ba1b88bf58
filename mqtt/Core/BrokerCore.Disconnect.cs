using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>How connections and sessions end, and what is then due: wills, expiry.</summary>
internal sealed partial class BrokerCore
{
    private bool _isSendingAway;

    /// <summary>The transport found the peer gone.</summary>
    public void OnConnectionLost(Connection connection) => Close(connection, ReasonCode.UnspecifiedError, "the connection was lost");

    /// <summary>Connect time-out or keep-alive.</summary>
    public void OnConnectionDue(Connection connection, long now)
    {
        if (!connection.HasConnected)
        {
            Close(connection, ReasonCode.ProtocolError, "no CONNECT in time"); // section 3.1.4: "within a reasonable amount of time"
            return;
        }

        // The deadline is not moved by each packet: it is looked at again when it comes.
        var due = (connection.IsPausedByUs ? now : connection.LastReceivedAt) + connection.KeepAliveMilliseconds;
        if (due > now)
        {
            Timers.Set(connection, due);
        }
        else
        {
            DisconnectClient(connection, ReasonCode.KeepAliveTimeout, "nothing came within one and a half keep-alives");
        }
    }

    /// <summary>A session without connection: its will or its end is due.</summary>
    public void OnSessionDue(Session session, SessionTimer timer, long now)
    {
        if (timer.WillDueAt <= now)
        {
            timer.WillDueAt = long.MaxValue;
            PublishWill(session);
            if (session.IsDurable)
            {
                _journal.Save(session); // without it: it is published once
            }
        }

        if (timer.ExpiresAt <= now)
        {
            Counters.SessionsExpired++;
            TellOfExpired(session);
            EndSession(session);
        }
        else
        {
            Arm(timer);
        }
    }

    /// <summary>Tells every client that the server goes, and closes.</summary>
    public void DisconnectAll()
    {
        foreach (var connection in Connections.ToArray())
        {
            OnServerStops(connection);
        }

        _journal.NoteTime();
    }

    /// <summary>The server goes, or that part of it which carries this connection.</summary>
    public void OnServerStops(Connection connection)
    {
        _isSendingAway = true;
        DisconnectClient(connection, ReasonCode.ServerShuttingDown, "the server shuts down");
        _isSendingAway = false;
    }

    private void OnDisconnect(Connection connection, in PacketFrame frame)
    {
        if (!DisconnectPacket.TryRead(frame, connection.Version, PacketSender.Client, out var disconnect, out var fault))
        {
            Refuse(connection, fault);
            return;
        }

        var session = connection.Session!;
        if (disconnect!.SessionExpirySeconds is { } expiry)
        {
            if (session.ExpirySeconds == 0 && expiry > 0)
            {
                Refuse(connection, PacketFault.ProtocolError("DISCONNECT keeps a session that CONNECT did not")); // section 3.14.2.2.2
                return;
            }

            session.ExpirySeconds = Math.Min(expiry, (uint)session.Limits.SessionExpiryMax.TotalSeconds);
        }

        if (disconnect.ReasonCode == ReasonCode.Success)
        {
            session.Will = null; // [MQTT-3.14.4-3] 0x04 asks for the will, and 0x80 and above are no orderly end
        }

        Close(connection, ReasonCode.Success, "the client disconnected");
    }

    /// <summary>Closes with a reason, which MQTT 5 can tell and 3.1.1 cannot.</summary>
    private void DisconnectClient(Connection connection, ReasonCode reasonCode, string detail)
    {
        if (connection.HasConnected && connection.Version == MqttProtocolVersion.V500
            && !SendPacket(connection, new DisconnectPacket { ReasonCode = reasonCode, ReasonString = detail }))
        {
            SendPacket(connection, new DisconnectPacket { ReasonCode = reasonCode }); // [MQTT-3.14.2-3]
        }

        Close(connection, reasonCode, detail);
    }

    /// <param name="reasonCode">For whom it may concern; the client has been told before, or is not. Success: it said good-bye. Unspecified: it is gone.</param>
    /// <param name="isTold">The log has it already.</param>
    private void Close(Connection connection, ReasonCode reasonCode, string reason, bool isTold = false)
    {
        if (connection.IsClosed)
        {
            return;
        }

        if (!isTold)
        {
            TellOfClosed(connection, reasonCode, reason);
        }

        connection.Close();
        Connections.Remove(connection);
        EndSilence(connection);
        connection.Listener.ConnectionCount--;
        OrphanPendingAcknowledgements(connection);
        EndExchange(connection);
        connection.Withdraw();
        if (connection.Arrival is { } arrival)
        {
            connection.Arrival = null;
            if (arrival.Session is not null)
            {
                GiveUp(arrival);
            }
        }

        if (connection.Session is { } session)
        {
            if (_logger.IsEnabled(Microsoft.Extensions.Logging.LogLevel.Debug))
            {
                Log.ClientDisconnected(_logger, LogText.Of(session.ClientIdentifier), connection.RemoteEndPoint, reason);
            }

            Counters.ConnectedClients--;
            connection.Session = null;
            session.Connection = null;
            AnnounceDisconnected(connection, session, reasonCode);
            TellObservers((connection, reasonCode, reason), static (observer, end) => observer.OnDisconnected(end.connection.Client!, end.reasonCode, end.reason));
            Leave(session);
        }
    }

    /// <summary>The session has lost its connection.</summary>
    private void Leave(Session session)
    {
        ReturnLeases(session);
        if (_isSendingAway && session.Will is not null)
        {
            // A client that is sent away has not died, but it may before it comes back: mostly it is the next process that waits for it.
            session.IsAwaited = true;
            AwaitReturn(session, away: 0);
            _journal.Save(session);
            return;
        }

        var willDelay = session.Will is null ? 0 : Math.Min(session.Will.DelaySeconds, session.ExpirySeconds); // [MQTT-3.1.3-9] or the session's end
        if (willDelay == 0)
        {
            PublishWill(session);
        }

        if (!session.IsDurable)
        {
            EndSession(session);
            return;
        }

        var timer = session.Timer ??= new SessionTimer(this, session);
        timer.WillDueAt = willDelay == 0 ? long.MaxValue : _clock.Now + (willDelay * 1000L);
        timer.ExpiresAt = _clock.Now + (session.ExpirySeconds * 1000L);
        Arm(timer);
        session.LeftAt = _clock.Now;
        _journal.Save(session);
    }

    /// <returns>The journal's ticket of the end.</returns>
    private long EndSession(Session session)
    {
        PublishWill(session); // [MQTT-3.1.2-8] due at the latest now
        if (!RemoveSession(session))
        {
            return 0; // publishing the will ended it
        }

        if (session.Timer is { } timer)
        {
            Timers.Cancel(timer);
        }

        var ticket = _journal.Remove(session);
        session.RetainedDue = null;
        foreach (var subscription in session.Subscriptions.Values)
        {
            _router.Remove(subscription);
            LeaveShare(subscription);
            _journal.Forget(subscription);
        }

        while (session.Outbound.Count > 0)
        {
            DropUnsent(session, session.Outbound[session.Outbound.Head]);
            Settle(session, session.Outbound.Head, wasInFlight: false);
        }

        return ticket;
    }

    private void PublishWill(Session session)
    {
        if (session.Will is { } will)
        {
            session.Will = null; // [MQTT-3.1.2-10] once
            PublishOwn(will.Message, session);
        }
    }

    private void Arm(SessionTimer timer)
    {
        var due = Math.Min(timer.WillDueAt, timer.ExpiresAt);
        if (due != long.MaxValue)
        {
            Timers.Set(timer, due);
        }
    }
}
