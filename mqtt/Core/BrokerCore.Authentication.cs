using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Core;

/// <summary>AUTH: enhanced authentication with CONNECT, and again later (MQTT 5 section 4.12).</summary>
internal sealed partial class BrokerCore
{
    private void BeginExchange(Arrival arrival, string method)
    {
        var connection = arrival.Connection;
        if (!Hooks.Methods.TryGetValue(method, out var authenticator))
        {
            var refusal = new PacketFault(ReasonCode.BadAuthenticationMethod, "this authentication method is not offered"); // [MQTT-4.12.0-1]
            RefuseConnect(connection, arrival.Connect.Version, refusal, isRead: true);
            return;
        }

        connection.Authentication = new AuthenticationState(authenticator, arrival.ToCredentials(), method);
        ContinueArrival(arrival, arrival.Connect.AuthenticationData ?? default);
    }

    private void ContinueArrival(Arrival arrival, ReadOnlyMemory<byte> data) =>
        Ask<AuthenticationStep>(arrival, () => arrival.Connection.Authentication!.ContinueAsync(data, arrival.Connection.Gone), step => OnArrivalStep(arrival, step));

    private void OnArrivalStep(Arrival arrival, AuthenticationStep step)
    {
        var connection = arrival.Connection;
        if (step.Admission is { } admission)
        {
            EndExchange(connection);
            arrival.AuthenticationData = step.Data;
            OnAdmission(arrival, admission);
        }
        else
        {
            SendAuth(connection, ReasonCode.ContinueAuthentication, step.Data); // [MQTT-4.12.0-2]
            connection.Authentication!.IsClientsTurn = true;
        }
    }

    private void OnAuth(Connection connection, in PacketFrame frame)
    {
        if (!AuthPacket.TryRead(frame, connection.Version, out var auth, out var fault))
        {
            RefuseAuth(connection, fault);
        }
        else if (connection.Authentication is not { } state)
        {
            RefuseAuth(connection, PacketFault.ProtocolError("AUTH without an Authentication Method in CONNECT")); // [MQTT-4.12.0-7]
        }
        else if (auth!.AuthenticationMethod != state.Method)
        {
            RefuseAuth(connection, PacketFault.ProtocolError("AUTH has another Authentication Method than CONNECT")); // [MQTT-4.12.0-5], [MQTT-4.12.1-1]
        }
        else if (!IsExpected(connection, state, auth.ReasonCode))
        {
            RefuseAuth(connection, PacketFault.ProtocolError("AUTH has a reason code that is not its turn"));
        }
        else if (connection.Arrival is { } arrival)
        {
            ContinueArrival(arrival, auth.AuthenticationData ?? default);
        }
        else
        {
            AuthenticateAgain(connection, state, auth.AuthenticationData ?? default);
        }
    }

    private static bool IsExpected(Connection connection, AuthenticationState state, ReasonCode reasonCode) => reasonCode switch
    {
        ReasonCode.ContinueAuthentication => state.IsClientsTurn, // [MQTT-4.12.0-3]
        ReasonCode.ReAuthenticate => connection.HasConnected && state.IsIdle,
        _ => false, // only a server says that it was a success
    };

    /// <summary>The client's other packets are handled all the while, with the rights that it has (section 4.12.1).</summary>
    private void AuthenticateAgain(Connection connection, AuthenticationState state, ReadOnlyMemory<byte> data)
    {
        if (state.IsIdle)
        {
            BeginQuestion(connection);
        }

        var letter = new HookAnswer<AuthenticationStep>(
            _mailbox,
            step =>
            {
                Answered(state);
                if (!connection.IsClosed)
                {
                    OnStepAgain(connection, state, step);
                }
            },
            exception =>
            {
                Answered(state);
                if (!connection.IsClosed)
                {
                    Log.AuthenticatorFailed(_logger, connection.RemoteEndPoint, exception);
                    DisconnectClient(connection, ReasonCode.UnspecifiedError, "the client could not be authenticated");
                }
            });
        letter.TryAsk(() => state.ContinueAsync(data, connection.Gone));
    }

    private void OnStepAgain(Connection connection, AuthenticationState state, AuthenticationStep step)
    {
        if (step.Admission is not { } admission)
        {
            SendAuth(connection, ReasonCode.ContinueAuthentication, step.Data);
            state.IsClientsTurn = true;
            return;
        }

        EndExchange(connection);
        admission = admission.IsForListener ? AnonymousAt(connection) : admission;
        var client = ClientOf(connection, connection.Client!.ClientIdentifier, admission);
        admission = BringUpToDate(connection, client, admission);
        var session = connection.Session!;
        if (admission.ReasonCode != ReasonCode.Success)
        {
            DisconnectClient(connection, admission.ReasonCode, admission.Reason ?? "the client is not let in any more"); // [MQTT-4.12.1-2]
        }
        else if (admission.Identity != session.Identity)
        {
            DisconnectClient(connection, ReasonCode.NotAuthorized, "the client has authenticated again as another");
        }
        else
        {
            connection.Client = session.Client = client;
            SetPolicy(session, admission.Policy);
            if (DropForbidden(session))
            {
                DisconnectClient(connection, ReasonCode.NotAuthorized, "the client may no longer have all of its subscriptions");
            }
            else
            {
                SendAuth(connection, ReasonCode.Success, step.Data);
            }
        }
    }

    /// <summary>The exchange is over, or its connection is.</summary>
    private void EndExchange(Connection connection)
    {
        if (connection.Authentication is { } state)
        {
            TellOfEnd(state.End());
        }
    }

    private void Answered(AuthenticationState? state)
    {
        if (state is not null)
        {
            TellOfEnd(state.Answered());
        }
    }

    private void TellOfEnd(Exception? fault)
    {
        if (fault is not null)
        {
            Log.HookFailed(_logger, fault);
        }
    }

    private void SendAuth(Connection connection, ReasonCode reasonCode, ReadOnlyMemory<byte>? data)
    {
        var auth = new AuthPacket { ReasonCode = reasonCode, AuthenticationMethod = connection.Authentication!.Method, AuthenticationData = data };
        if (!SendPacket(connection, auth))
        {
            DisconnectClient(connection, ReasonCode.PacketTooLarge, "AUTH is larger than the client takes");
        }
    }

    /// <summary>Before CONNACK the refusal is in CONNACK, later in DISCONNECT.</summary>
    private void RefuseAuth(Connection connection, PacketFault fault)
    {
        if (connection.HasConnected)
        {
            Refuse(connection, fault);
        }
        else
        {
            RefuseConnect(connection, connection.Version, fault, isRead: true);
        }
    }
}
