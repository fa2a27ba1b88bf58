using Roost.Mqtt.Client.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>Which QoS 2 messages have come already, so that each is handled once (section 4.3.3). Called under the session's lock.</summary>
internal sealed class ReceivedMessages
{
    private readonly Dictionary<ushort, ReceivedExactlyOnce> _open = [];

    /// <returns>Null for a message that has come before: it is acknowledged as soon as its first copy is handled.</returns>
    public ReceivedExactlyOnce? TryAccept(ClientConnection connection, ushort identifier)
    {
        if (!_open.TryGetValue(identifier, out var known))
        {
            var received = new ReceivedExactlyOnce(identifier) { SentOn = connection };
            _open.Add(identifier, received);
            return received;
        }

        known.SentOn = connection;
        if (known.Handled)
        {
            SendPubRec(known); // [MQTT-4.3.3-10]
        }

        return null;
    }

    public void Handled(ReceivedExactlyOnce received)
    {
        // Another message may have the number by now, in a session that began since.
        if (_open.GetValueOrDefault(received.Identifier) == received)
        {
            received.Handled = true;
            SendPubRec(received);
        }
    }

    /// <summary>The handler failed: when it comes again it is new.</summary>
    public void Forget(ReceivedExactlyOnce received)
    {
        if (_open.GetValueOrDefault(received.Identifier) == received)
        {
            _open.Remove(received.Identifier);
        }
    }

    public void Release(PacketOutput output, ushort identifier)
    {
        _open.Remove(identifier);
        output.SendAcknowledgement(PacketType.PubComp, identifier); // [MQTT-4.3.3-11], also when it is unknown
    }

    /// <summary>The server has no session any more: its numbers begin anew.</summary>
    public void Clear() => _open.Clear();

    /// <summary>A connection that has ended takes nothing; the server then sends the message again on the next.</summary>
    private static void SendPubRec(ReceivedExactlyOnce received) =>
        received.SentOn.Output.SendAcknowledgement(PacketType.PubRec, received.Identifier);
}
