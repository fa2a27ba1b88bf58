using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>What happens for each message allocates nothing.</summary>
public sealed class AllocationTests
{
    private readonly byte[] _buffer = new byte[1024];

    [Test]
    public void Reading_and_writing_a_publish_allocates_nothing(
        [Values] MqttProtocolVersion version, [Values] QualityOfService quality, [Values] bool properties)
    {
        var message = new MqttMessage
        {
            Topic = TopicName.Parse("robots/7/telemetry"),
            Payload = new byte[100],
            QualityOfService = quality,
            Properties = properties ? new MqttMessageProperties { ContentType = "json", UserProperties = [new("a", "b")] } : null,
        };
        var packet = new byte[MessageEncoder.GetSize(message, version)];
        MessageEncoder.Write(packet, message, version, 7, duplicate: false);

        Assert.That(AllocatedBy(() => Forward(packet, version)), Is.Zero);
        Assert.That(AllocatedBy(() => MessageEncoder.Write(_buffer.AsSpan(0, MessageEncoder.GetSize(message, version)), message, version, 7, false)), Is.Zero);
    }

    [Test]
    public void Reading_and_writing_an_acknowledgement_allocates_nothing(
        [Values] MqttProtocolVersion version,
        [Values(PacketType.PubAck, PacketType.PubRec, PacketType.PubRel, PacketType.PubComp)] object type)
    {
        var packetType = (PacketType)type;
        var packet = new byte[Acknowledgement.GetSize(version, ReasonCode.Success)];

        Assert.That(
            AllocatedBy(() =>
            {
                Acknowledgement.Write(packet, packetType, 7, version);
                PacketFrame.TryRead(packet, 1024, out var frame, out _);
                return Acknowledgement.TryRead(frame, version, out var acknowledgement, out _) ? acknowledgement.PacketIdentifier : 0;
            }),
            Is.Zero);
    }

    [Test]
    public void A_ping_allocates_nothing() =>
        Assert.That(
            AllocatedBy(() =>
            {
                PacketFrame.TryRead(Ping.Request, 1024, out var frame, out _);
                return Ping.TryRead(frame, out _) ? 1 : 0;
            }),
            Is.Zero);

    private int Forward(byte[] packet, MqttProtocolVersion version)
    {
        PacketFrame.TryRead(packet, 1024, out var frame, out _);
        PublishView.TryRead(frame, version, PacketSender.Client, out var publish, out _);
        var fields = new PublishFields
        {
            Topic = publish.Topic,
            Payload = publish.Payload,
            Properties = publish.Properties,
            QualityOfService = publish.QualityOfService,
        };
        var encoded = EncodedPublish.Create(_buffer.AsMemory(0, 400), fields, version);
        encoded.CopyTo(_buffer.AsSpan(400), 9, duplicate: false, retain: false);
        return encoded.Length;
    }

    private static long AllocatedBy(Func<int> work)
    {
        for (var i = 0; i < 50; i++)
        {
            work(); // static constructors and the like
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            work();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
