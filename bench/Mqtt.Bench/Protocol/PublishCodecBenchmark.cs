using BenchmarkDotNet.Attributes;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Bench.Protocol;

/// <summary>What one message of 100 bytes costs in the codec: read once, encoded once, copied to each subscriber.</summary>
[MemoryDiagnoser]
public class PublishCodecBenchmark
{
    private readonly byte[] _copy = new byte[512];
    private byte[] _packet = [];
    private byte[] _acknowledgement = [];
    private EncodedPublish _encoded;
    private MqttMessage _message = null!;

    [Params(MqttProtocolVersion.V311, MqttProtocolVersion.V500)]
    public MqttProtocolVersion Version { get; set; }

    [Params(QualityOfService.AtMostOnce, QualityOfService.AtLeastOnce)]
    public QualityOfService QualityOfService { get; set; }

    [GlobalSetup]
    public void MakePackets()
    {
        _message = new MqttMessage { Topic = TopicName.Parse("robots/vac-17/telemetry"), Payload = new byte[100], QualityOfService = QualityOfService };
        _packet = new byte[MessageEncoder.GetSize(_message, Version)];
        MessageEncoder.Write(_packet, _message, Version, 7, duplicate: false);
        _acknowledgement = new byte[Acknowledgement.GetSize(Version, ReasonCode.Success)];
        Acknowledgement.Write(_acknowledgement, PacketType.PubAck, 7, Version);
        PacketFrame.TryRead(_packet, 1024, out var frame, out _);
        PublishView.TryRead(frame, Version, PacketSender.Client, out var publish, out _);
        var fields = new PublishFields { Topic = publish.Topic, Payload = publish.Payload, QualityOfService = QualityOfService };
        _encoded = EncodedPublish.Create(new byte[PublishEncoder.GetSize(fields, Version)], fields, Version);
    }

    [Benchmark]
    public int ReadPublish()
    {
        PacketFrame.TryRead(_packet, 1024, out var frame, out _);
        PublishView.TryRead(frame, Version, PacketSender.Client, out var publish, out _);
        return publish.Payload.Length;
    }

    [Benchmark]
    public int CopyEncodedPublish()
    {
        _encoded.CopyTo(_copy, 9, duplicate: false, retain: false);
        return _encoded.Length;
    }

    [Benchmark]
    public int WriteMessage() => MessageEncoder.Write(_copy.AsSpan(0, MessageEncoder.GetSize(_message, Version)), _message, Version, 7, duplicate: false);

    [Benchmark]
    public int ReadAndWriteAcknowledgement()
    {
        PacketFrame.TryRead(_acknowledgement, 1024, out var frame, out _);
        Acknowledgement.TryRead(frame, Version, out var acknowledgement, out _);
        return Acknowledgement.Write(_copy, PacketType.PubAck, acknowledgement.PacketIdentifier, Version);
    }
}
