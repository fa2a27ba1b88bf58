namespace Roost.Mqtt.Protocol;

/// <summary>What a PUBLISH to be written consists of. Topic and properties are those of a checked message: they are not checked again.</summary>
internal readonly ref struct PublishFields
{
    /// <summary>Empty only with a Topic Alias.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Encoded properties without their length; not written in 3.1.1.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    /// <summary>Written as the first property; 0: none. Not in 3.1.1.</summary>
    public ushort TopicAlias { get; init; }

    /// <summary>Not written at QoS 0.</summary>
    public ushort PacketIdentifier { get; init; }

    public QualityOfService QualityOfService { get; init; }

    public bool Duplicate { get; init; }

    public bool Retain { get; init; }
}
