using System.Text;
using Roost.Mqtt.Core;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>
/// A client as section 4.3 wants it, both as sender and as receiver: it keeps its session state over connections, and sends again what is
/// open, in order, when it comes back. It has few Packet Identifiers, so that each is soon used for another message.
/// </summary>
internal sealed class ModelClient(string name, MqttProtocolVersion version)
{
    private const int Identifiers = 4;

    private readonly List<Exchange> _open = []; // as a sender, oldest first
    private readonly HashSet<ushort> _taken = []; // as a receiver of QoS 2
    private readonly Queue<byte[]> _toBroker = new();
    private readonly Queue<byte[]> _toClient = new();
    private WireConnection? _wire;
    private bool _isConnected;
    private bool _hasSession;

    /// <summary>What the application got, in order.</summary>
    public List<string> Delivered { get; } = [];

    /// <summary>What the sender has been told is kept.</summary>
    public List<string> Acknowledged { get; } = [];

    public bool HasOpen => _open.Count > 0 || _taken.Count > 0 || _toBroker.Count > 0 || _toClient.Count > 0;

    public bool CanPublish => _isConnected && _open.Count < Identifiers;

    public bool IsOnWire => _wire is { IsClosed: false };

    public void Connect(BrokerCore core)
    {
        Lose();
        _wire = new WireConnection(core);
        core.OnAccepted(_wire);
        _toBroker.Enqueue(Convert.FromHexString(Broker.RawClient.Connect(name, version, clean: false, expirySeconds: version == MqttProtocolVersion.V500 ? 3600u : null)));
    }

    /// <summary>The connection is gone, with all that lies on the wire.</summary>
    public void Lose()
    {
        _toBroker.Clear();
        _toClient.Clear();
        _isConnected = false;
        _wire = null;
    }

    /// <summary>The broker finds the connection gone; it may have found it earlier.</summary>
    public void Lose(BrokerCore core)
    {
        if (_wire is { } wire)
        {
            core.OnConnectionLost(wire);
        }

        Lose();
    }

    public void Subscribe(string filter, int quality) => _toBroker.Enqueue(Convert.FromHexString(Broker.RawClient.Subscribe(filter, quality, version)));

    public void Publish(string topic, string payload, QualityOfService quality)
    {
        ushort identifier = 1;
        while (_open.Exists(exchange => exchange.Identifier == identifier))
        {
            identifier++;
        }

        var exchange = new Exchange(identifier, topic, payload, quality);
        _open.Add(exchange);
        SendPublish(exchange, duplicate: false);
    }

    /// <summary>The next packet arrives at the broker.</summary>
    public void StepToBroker()
    {
        if (_wire is { } wire && _toBroker.TryDequeue(out var packet))
        {
            wire.Say(packet);
        }
    }

    /// <summary>The next packet of the broker arrives here.</summary>
    public void StepToClient()
    {
        Collect();
        if (_toClient.TryDequeue(out var packet))
        {
            Handle(packet);
        }
    }

    private void Collect()
    {
        if (_wire is not { } wire)
        {
            return;
        }

        var bytes = wire.TakeSent().AsSpan();
        while (bytes.Length > 0)
        {
            Assert.That(PacketFrame.TryRead(bytes, int.MaxValue, out var frame, out _), Is.EqualTo(DecodeStatus.Complete));
            _toClient.Enqueue(bytes[..frame.TotalBytes].ToArray());
            bytes = bytes[frame.TotalBytes..];
        }
    }

    private void Handle(byte[] packet)
    {
        PacketFrame.TryRead(packet, int.MaxValue, out var frame, out _);
        switch (frame.Type)
        {
            case PacketType.ConnAck:
                OnConnAck(packet[2] == 1);
                break;
            case PacketType.Publish:
                PublishView.TryRead(frame, version, PacketSender.Server, out var publish, out _);
                OnPublish(publish);
                break;
            case PacketType.PubAck or PacketType.PubRec or PacketType.PubRel or PacketType.PubComp:
                Acknowledgement.TryRead(frame, version, out var acknowledgement, out _);
                OnAcknowledgement(frame.Type, acknowledgement.PacketIdentifier);
                break;
            default:
                break; // SUBACK, DISCONNECT
        }
    }

    private void OnConnAck(bool isPresent)
    {
        _isConnected = true;
        Assert.That(isPresent, Is.EqualTo(_hasSession), $"session present for {name}");
        _hasSession = true;
        foreach (var exchange in _open)
        {
            if (exchange.IsReleased)
            {
                Answer(PacketType.PubRel, exchange.Identifier);
            }
            else
            {
                SendPublish(exchange, duplicate: true);
            }
        }
    }

    private void OnPublish(in PublishView publish)
    {
        var payload = Encoding.ASCII.GetString(publish.Payload);
        switch (publish.QualityOfService)
        {
            case QualityOfService.ExactlyOnce:
                if (_taken.Add(publish.PacketIdentifier))
                {
                    Delivered.Add(payload);
                }

                Answer(PacketType.PubRec, publish.PacketIdentifier);
                break;
            case QualityOfService.AtLeastOnce:
                Delivered.Add(payload);
                Answer(PacketType.PubAck, publish.PacketIdentifier);
                break;
            default:
                Delivered.Add(payload);
                break;
        }
    }

    private void OnAcknowledgement(PacketType type, ushort identifier)
    {
        if (type == PacketType.PubRel)
        {
            _taken.Remove(identifier);
            Answer(PacketType.PubComp, identifier);
            return;
        }

        var index = _open.FindIndex(exchange => exchange.Identifier == identifier);
        if (type == PacketType.PubRec)
        {
            if (index >= 0)
            {
                _open[index].IsReleased = true;
                Note(_open[index].Payload);
            }

            Answer(PacketType.PubRel, identifier);
        }
        else if (index >= 0)
        {
            Note(_open[index].Payload);
            _open.RemoveAt(index);
        }
    }

    private void Note(string payload)
    {
        if (!Acknowledged.Contains(payload))
        {
            Acknowledged.Add(payload);
        }
    }

    private void SendPublish(Exchange exchange, bool duplicate) => _toBroker.Enqueue(Convert.FromHexString(Broker.RawClient.Publish(
        exchange.Topic, exchange.Payload, (int)exchange.QualityOfService, exchange.Identifier, duplicate: duplicate, properties: version == MqttProtocolVersion.V500 ? "" : null)));

    private void Answer(PacketType type, ushort identifier)
    {
        var packet = new byte[Acknowledgement.GetSize(version, ReasonCode.Success)];
        Acknowledgement.Write(packet, type, identifier, version, ReasonCode.Success);
        _toBroker.Enqueue(packet);
    }

    private sealed class Exchange(ushort identifier, string topic, string payload, QualityOfService quality)
    {
        public ushort Identifier { get; } = identifier;

        public string Topic { get; } = topic;

        public string Payload { get; } = payload;

        public QualityOfService QualityOfService { get; } = quality;

        public bool IsReleased { get; set; }
    }
}
