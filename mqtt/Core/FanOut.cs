using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Core;

/// <summary>
/// The encodings of the message that is being routed: one for each protocol version and QoS, and in MQTT 5 with the topic and with an alias
/// in its place, made when the first receiver needs it and
/// copied for the others.
/// </summary>
internal sealed class FanOut(BufferPool buffers)
{
    private const int Kinds = 9; // 3.1.1, 5, and 5 with an alias: three QoS each

    private const ushort AnyAlias = 1; // each copy gets its own

    private readonly EncodedPublish[] _encoded = new EncodedPublish[Kinds];
    private readonly byte[]?[] _memory = new byte[Kinds][];

    public ref readonly EncodedPublish Get(in Publication publication, ReadOnlySpan<byte> properties, MqttProtocolVersion version, QualityOfService quality, bool isAliased = false)
    {
        var kind = (version == MqttProtocolVersion.V311 ? 0 : isAliased ? 6 : 3) + (int)quality;
        if (_memory[kind] is null)
        {
            var fields = new PublishFields
            {
                Topic = isAliased ? default : publication.Route.Topic,
                TopicAlias = isAliased ? AnyAlias : (ushort)0,
                Payload = publication.Payload,
                Properties = properties,
                QualityOfService = quality,
            };
            var memory = buffers.Rent(PublishEncoder.GetSize(fields, version));
            _memory[kind] = memory;
            _encoded[kind] = EncodedPublish.Create(memory, fields, version);
        }

        return ref _encoded[kind];
    }

    /// <summary>The message has been routed.</summary>
    public void Clear()
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            if (_memory[kind] is { } memory)
            {
                buffers.Return(memory);
                _memory[kind] = null;
            }
        }
    }
}
