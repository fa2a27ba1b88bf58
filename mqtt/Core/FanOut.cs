using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Core;

/// <summary>
/// The encodings of the message that is being routed: one for each protocol version and QoS, made when the first receiver needs it and
/// copied for the others.
/// </summary>
internal sealed class FanOut(BufferPool buffers)
{
    private const int Kinds = 6; // two versions, three QoS

    private readonly EncodedPublish[] _encoded = new EncodedPublish[Kinds];
    private readonly byte[]?[] _memory = new byte[Kinds][];

    public ref readonly EncodedPublish Get(in Publication publication, ReadOnlySpan<byte> properties, MqttProtocolVersion version, QualityOfService quality)
    {
        var kind = (version == MqttProtocolVersion.V500 ? 3 : 0) + (int)quality;
        if (_memory[kind] is null)
        {
            var fields = new PublishFields
            {
                Topic = publication.Route.Topic,
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
