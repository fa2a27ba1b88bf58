using System.Threading.Channels;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>A new exchange of authentication data on a connection that is up (MQTT 5 section 4.12.1); messages flow on meanwhile.</summary>
internal sealed class Reauthentication(IMqttClientAuthentication authentication, PacketOutput output)
{
    // The server answers each of our AUTH with one of its own, so one is all that can wait.
    private readonly Channel<AuthPacket> _received = Channel.CreateBounded<AuthPacket>(1);

    /// <summary>For the reader of the connection.</summary>
    /// <returns>False when the server does not wait for its turn.</returns>
    public bool TryTake(AuthPacket packet) => _received.Writer.TryWrite(packet);

    /// <summary>The connection has ended.</summary>
    public void Fail(MqttConnectionException reason) => _received.Writer.TryComplete(reason);

    /// <returns>False where the server has not proved who it is, or broke the protocol.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var exchange = authentication.Begin();
        Send(ReasonCode.ReAuthenticate, await exchange.StartAsync(cancellationToken));
        while (true)
        {
            var answer = await NextAsync(cancellationToken);
            if (answer.AuthenticationMethod is { } method && method != authentication.Method) // [MQTT-4.12.1-1]
            {
                return false;
            }

            switch (answer.ReasonCode)
            {
                case ReasonCode.Success:
                    return await exchange.AcceptAsync(answer.AuthenticationData, cancellationToken);
                case ReasonCode.ContinueAuthentication:
                    Send(ReasonCode.ContinueAuthentication, await exchange.AnswerAsync(answer.AuthenticationData, cancellationToken));
                    break;
                default:
                    return false; // only a client begins
            }
        }
    }

    private async Task<AuthPacket> NextAsync(CancellationToken cancellationToken)
    {
        while (await _received.Reader.WaitToReadAsync(cancellationToken)) // throws the reason once the connection has ended
        {
            if (_received.Reader.TryRead(out var packet))
            {
                return packet;
            }
        }

        throw new InvalidOperationException("The channel completes only with a reason.");
    }

    private void Send(ReasonCode reasonCode, ReadOnlyMemory<byte>? data) =>
        output.Send(new AuthPacket { ReasonCode = reasonCode, AuthenticationMethod = authentication.Method, AuthenticationData = data });
}
