using Roost.Mqtt.Client.Dispatch;
using Roost.Mqtt.Client.Sessions;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>What each packet of a server is for, on one connection. For its reader.</summary>
internal sealed class PacketHandler(ClientConnection connection, ClientSession session, MessageDispatcher dispatcher, MqttClientOptions options)
{
    private readonly MqttProtocolVersion _version = options.ProtocolVersion;
    private readonly IncomingTopicAliases _aliases = new(options.MaxReceivedTopicAliases);

    /// <param name="dispatched">Completes when the next packet may be handled.</param>
    /// <param name="fault">What the server did wrong, with false: the connection is to end.</param>
    public bool TryHandle(in PacketFrame frame, out ValueTask dispatched, out PacketFault fault)
    {
        dispatched = ValueTask.CompletedTask;
        switch (frame.Type)
        {
            case PacketType.Publish:
                return TryHandlePublish(frame, out dispatched, out fault);
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                return Acknowledgement.TryRead(frame, _version, out var acknowledgement, out fault)
                    && session.TryAcknowledge(connection.Output, frame.Type, acknowledgement, out fault);
            case PacketType.SubAck or PacketType.UnsubAck:
                return SubscribeAcknowledgementPacket.TryRead(frame, _version, out var subscribed, out fault)
                    && session.TryCompleteRequest(subscribed!, out fault);
            case PacketType.PingResp:
                return Ping.TryRead(frame, out fault); // any byte received is the sign of life
            case PacketType.Disconnect:
                return TryHandleDisconnect(frame, out fault);
            case PacketType.Auth:
                return TryHandleAuth(frame, out fault);
            default:
                fault = PacketFault.ProtocolError($"a server does not send {frame.Type} here");
                return false;
        }
    }

    private bool TryHandlePublish(in PacketFrame frame, out ValueTask dispatched, out PacketFault fault)
    {
        dispatched = ValueTask.CompletedTask;
        if (!PublishView.TryRead(frame, _version, PacketSender.Server, out var publish, out fault)
            || !_aliases.TryResolve(publish, out var topic, out fault))
        {
            return false;
        }

        if (session.TryAccept(connection, publish, out var exactlyOnce))
        {
            dispatched = dispatcher.DispatchAsync(connection, publish, topic, exactlyOnce);
        }

        return true;
    }

    private bool TryHandleDisconnect(in PacketFrame frame, out PacketFault fault)
    {
        if (!DisconnectPacket.TryRead(frame, _version, PacketSender.Server, out var disconnect, out fault))
        {
            return false;
        }

        var explanation = disconnect!.ReasonString is { } text ? $": {text}" : "";
        connection.Fail(new MqttConnectionException(
            options.Endpoint, disconnect.ReasonCode, $"the server disconnected{explanation}", serverReference: disconnect.ServerReference));
        return true;
    }

    private bool TryHandleAuth(in PacketFrame frame, out PacketFault fault)
    {
        if (!AuthPacket.TryRead(frame, _version, out var auth, out fault))
        {
            return false;
        }

        if (connection.TryTake(auth!))
        {
            return true;
        }

        fault = PacketFault.ProtocolError("the server sends AUTH where no authentication is under way");
        return false;
    }
}
