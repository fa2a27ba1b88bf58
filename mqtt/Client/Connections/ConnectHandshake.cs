using Roost.Mqtt.Client.Transport;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>From CONNECT over any AUTH to a CONNACK that accepts (sections 3.1, 3.2 and 4.12).</summary>
internal sealed class ConnectHandshake(ClientTransport transport, PacketReceiver receiver, MqttClientOptions options)
{
    private readonly IMqttAuthenticationExchange? _exchange = options.Authentication?.Begin();

    /// <exception cref="MqttConnectionException">The server refused, said what it must not say here, or the connection broke.</exception>
    public async Task<ConnAckPacket> RunAsync(string clientIdentifier, bool cleanStart, CancellationToken cancellationToken)
    {
        var authenticationData = _exchange is null ? null : await _exchange.StartAsync(cancellationToken);
        var connect = ConnectPackets.From(options, clientIdentifier, cleanStart, authenticationData);
        await WriteAsync(connect, cancellationToken);
        while (true)
        {
            switch (await ReadAsync(cancellationToken))
            {
                case ConnAckPacket connAck:
                    await CheckAsync(connAck, cancellationToken);
                    return connAck;
                case AuthPacket challenge:
                    await AnswerAsync(challenge, cancellationToken);
                    break;
            }
        }
    }

    private async Task<ControlPacket> ReadAsync(CancellationToken cancellationToken)
    {
        ControlPacket? packet;
        while (!TryRead(out packet))
        {
            if (await ReceiveAsync(cancellationToken) == 0)
            {
                throw Error($"the server closed the connection before CONNACK{Hint}");
            }
        }

        return packet!;
    }

    /// <summary>With TLS 1.3 the client learns only here that its certificate was missing or refused.</summary>
    private string Hint => options.Tls is { ClientCertificateContext: null, ClientCertificates: null or { Count: 0 } }
        ? "; perhaps it wants a client certificate, and there is none in the options"
        : options.Tls is not null ? "; perhaps it does not take the client certificate" : "";

    private async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await receiver.ReceiveAsync(cancellationToken);
        }
        catch (IOException exception)
        {
            throw Broken(exception);
        }
    }

    private async ValueTask WriteAsync(ControlPacket packet, CancellationToken cancellationToken)
    {
        try
        {
            await transport.WriteAsync(packet.ToArray(options.ProtocolVersion), cancellationToken);
        }
        catch (IOException exception)
        {
            throw Broken(exception);
        }
    }

    private MqttConnectionException Broken(IOException exception) =>
        Error($"the connection broke before CONNACK: {exception.Message.TrimEnd('.')}{Hint}", inner: exception);

    private bool TryRead(out ControlPacket? packet)
    {
        packet = null;
        switch (receiver.TryRead(out var frame, out var fault))
        {
            case DecodeStatus.NeedMore:
                return false;
            case DecodeStatus.Malformed:
                throw Malformed(fault);
        }

        var read = false;
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                read = ConnAckPacket.TryRead(frame, options.ProtocolVersion, out var connAck, out fault);
                packet = connAck;
                break;
            case PacketType.Auth when _exchange is not null:
                read = AuthPacket.TryRead(frame, options.ProtocolVersion, out var auth, out fault);
                packet = auth;
                break;
            default:
                fault = PacketFault.ProtocolError($"the server answered CONNECT with {frame.Type}");
                break;
        }

        return read ? true : throw Error(fault.Detail, fault.ReasonCode);
    }

    private MqttConnectionException Malformed(in PacketFault fault) => receiver.SpeaksHttp
        ? Error("the other end answers HTTP and not MQTT: a log-in page of this network (captive portal), a proxy, or the wrong port; open a web page from this network, or check host and port")
        : Error(fault.Detail, fault.ReasonCode);

    private async Task CheckAsync(ConnAckPacket connAck, CancellationToken cancellationToken)
    {
        if (connAck.ReasonCode != ReasonCode.Success)
        {
            var explanation = connAck.ReasonString is { } text ? $": {text}" : "";
            throw new MqttConnectionException(
                options.Endpoint, connAck.ReasonCode, $"the server refused the connection{explanation}", serverReference: connAck.ServerReference);
        }

        if (connAck.AuthenticationMethod != options.Authentication?.Method)
        {
            throw Error("the server accepted by another authentication method than ours", ReasonCode.ProtocolError); // [MQTT-4.12.0-5]
        }

        if (_exchange is not null && !await _exchange.AcceptAsync(connAck.AuthenticationData, cancellationToken))
        {
            throw Error("the server has not proved who it is", ReasonCode.NotAuthorized);
        }
    }

    private async Task AnswerAsync(AuthPacket challenge, CancellationToken cancellationToken)
    {
        if (challenge.ReasonCode != ReasonCode.ContinueAuthentication || challenge.AuthenticationMethod != options.Authentication!.Method)
        {
            throw Error("the server's AUTH is of another method, or not a challenge", ReasonCode.ProtocolError); // [MQTT-4.12.0-5]
        }

        var answer = new AuthPacket
        {
            ReasonCode = ReasonCode.ContinueAuthentication, // [MQTT-4.12.0-3]
            AuthenticationMethod = challenge.AuthenticationMethod,
            AuthenticationData = await _exchange!.AnswerAsync(challenge.AuthenticationData, cancellationToken),
        };
        await WriteAsync(answer, cancellationToken);
    }

    private MqttConnectionException Error(string fault, ReasonCode? reasonCode = null, Exception? inner = null) =>
        new(options.Endpoint, reasonCode, fault, inner);
}
