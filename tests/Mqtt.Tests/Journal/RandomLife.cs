using Roost.Mqtt.Core;
using Roost.Mqtt.Sessions;
using Roost.Mqtt.Tests.Broker;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A few clients that do anything, by a seed.</summary>
internal sealed class RandomLife(BrokerCore core, int seed)
{
    private readonly Random _random = new(seed);
    private readonly SinkConnection?[] _clients = new SinkConnection?[5];
    private ushort _publisherIdentifier;
    private int _payload;

    public void Step()
    {
        var index = _random.Next(_clients.Length);
        if (_clients[index] is not { IsClosed: false, Session: { } session } client)
        {
            var expiry = _random.Next(8) == 0 ? 0u : 3600u;
            _clients[index] = SinkConnection.Accept(
                core, RawClient.Connect($"c{index}", MqttProtocolVersion.V500, clean: _random.Next(6) == 0, expirySeconds: expiry, receiveMaximum: 20, will: Will(), willDelay: (uint)_random.Next(2) * 30, userName: UserName(index)));
            return;
        }

        switch (_random.Next(20))
        {
            case 0:
                core.OnConnectionLost(client);
                break;
            case 1:
                client.Say(RawClient.Subscribe(Filter(), _random.Next(3), MqttProtocolVersion.V500, packetIdentifier: 1));
                break;
            case 2:
                client.Say(Unsubscribe(Filter()));
                break;
            case 3:
                Publish(client, "", _random.Next(2), retain: true);
                break;
            case 4 or 5:
                Publish(client, new string('r', _random.Next(1, 2000)), _random.Next(3), retain: true);
                break;
            case < 14:
                Publish(client, $"{_payload++}{new string('m', _random.Next(500))}", _random.Next(3), retain: false);
                break;
            default:
                Acknowledge(client, session);
                break;
        }
    }

    /// <summary>Some are anonymous, some are known, and one is now this and now that.</summary>
    private string? UserName(int index) => index < 2 || (index == 2 && _random.Next(2) == 0) ? null : $"u{index}";

    private static string Unsubscribe(string filter) => $"A2{filter.Length + 5:X2}000100{filter.Length:X4}{Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(filter))}";

    private MqttMessage? Will() => _random.Next(3) > 0 ? null : new MqttMessage
    {
        Topic = TopicName.Parse($"t/{_random.Next(6)}"),
        Payload = new byte[_random.Next(300)],
        QualityOfService = (QualityOfService)_random.Next(3),
        Retain = _random.Next(4) == 0,
    };

    private string Filter() => _random.Next(5) switch { 0 => "#", 1 => "t/+", 2 => "$share/g/t/1", _ => $"t/{_random.Next(4)}" };

    private void Publish(SinkConnection client, string payload, int quality, bool retain)
    {
        _publisherIdentifier = (ushort)((_publisherIdentifier % 60_000) + 1);
        client.Say(RawClient.Publish($"t/{_random.Next(6)}", payload, quality, quality == 0 ? (ushort)0 : _publisherIdentifier, retain, properties: ""));
        if (quality == 2 && _random.Next(3) > 0 && !client.IsClosed)
        {
            core.EndTurn();
            client.Say($"6202{_publisherIdentifier:X4}");
        }
    }

    /// <summary>Any of those in flight: also out of their order.</summary>
    private void Acknowledge(SinkConnection client, Session session)
    {
        var queue = session.Outbound;
        for (var count = _random.Next(1, 8); count > 0 && queue.NextToSend > queue.Head && !client.IsClosed; count--)
        {
            var sequence = _random.Next(2) == 0 ? queue.Head : _random.NextInt64(queue.Head, queue.NextToSend);
            var entry = queue[sequence];
            var type = entry.QualityOfService == QualityOfService.AtLeastOnce ? "40" : entry.Has(OutboundQueue.EntryFlags.Released) ? "70" : "50";
            client.Say($"{type}02{OutboundQueue.PacketIdentifierOf(sequence):X4}");
        }
    }
}
