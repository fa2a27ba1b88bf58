using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>The sending side of one connection: packets become bytes that wait for the writer. Whole packets never mix.</summary>
internal sealed class PacketOutput(MqttProtocolVersion version, MqttServerProperties server, int maxAliases)
{
    /// <summary>QoS 0 publishers wait while more than this waits for the socket.</summary>
    private const int HighWaterBytes = 256 * 1024;

    private readonly OutputBuffer _buffer = new();
    private readonly OutgoingTopicAliases _aliases = new(Math.Min(server.TopicAliasMaximum, maxAliases));

    public MqttProtocolVersion Version => version;

    public MqttServerProperties Server => server;

    public void Send(ControlPacket packet)
    {
        _buffer.Append(packet.GetSize(version), (packet, version), static (destination, state) => state.packet.Write(destination, state.version));
        _buffer.Flush();
    }

    /// <summary>For callers that hold the session's lock: what an alias means depends on the order of the packets.</summary>
    /// <param name="size">What <see cref="MessageEncoder.GetSize"/> says without an alias.</param>
    /// <param name="duplicate">A resend: it says its topic, for the server may have lost what came before.</param>
    public void SendPublish(MqttMessage message, int size, ushort packetIdentifier, bool duplicate)
    {
        var alias = duplicate || size + OutgoingTopicAliases.MostBytesAdded > server.MaximumPacketBytes ? default : _aliases.For(message.Topic.Value);
        if (alias.Alias != 0)
        {
            size = MessageEncoder.GetSize(message, version, alias);
        }

        _buffer.Append(size, (message, version, packetIdentifier, duplicate, alias), static (destination, state) =>
            MessageEncoder.Write(destination, state.message, state.version, state.packetIdentifier, state.duplicate, state.alias));
    }

    public void SendAcknowledgement(PacketType type, ushort packetIdentifier, ReasonCode reasonCode = ReasonCode.Success) =>
        _buffer.Append(Acknowledgement.GetSize(version, reasonCode), (type, packetIdentifier, version, reasonCode), static (destination, state) =>
            Acknowledgement.Write(destination, state.type, state.packetIdentifier, state.version, state.reasonCode));

    public void SendPing()
    {
        _buffer.Append(Ping.Request.Length, 0, static (destination, _) =>
        {
            Ping.Request.CopyTo(destination);
            return Ping.Request.Length;
        });
        _buffer.Flush();
    }

    /// <summary>Wakes the writer for what <see cref="SendPublish"/> and <see cref="SendAcknowledgement"/> appended.</summary>
    public void Flush() => _buffer.Flush();

    /// <summary>Completes at once unless much waits for the socket.</summary>
    public Task WaitForSpaceAsync() => _buffer.PendingBytes > HighWaterBytes ? _buffer.WaitForSpaceAsync() : Task.CompletedTask;

    /// <summary>Takes nothing more; the writer ends after what is there.</summary>
    public void Complete() => _buffer.Complete();

    /// <inheritdoc cref="OutputBuffer.TakeAsync"/>
    public ValueTask<ReadOnlyMemory<byte>> TakeAsync() => _buffer.TakeAsync();
}
