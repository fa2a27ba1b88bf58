using Roost.Mqtt;

namespace Roost.Streams;

/// <summary>One record as a reader gets it. <see cref="Payload"/> is valid until the next read of the same reader.</summary>
public readonly record struct StreamRecord
{
    public required long Offset { get; init; }

    /// <summary>When it was appended, UTC; never earlier than that of the record before it.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    public required string Key { get; init; }

    /// <summary>True: the record was an MQTT message and <see cref="Key"/> is its topic.</summary>
    public required bool KeyIsTopic { get; init; }

    /// <summary>True: an MQTT 5 publisher said that the payload is UTF-8 text.</summary>
    public required bool PayloadIsUtf8 { get; init; }

    public required IReadOnlyList<UserProperty> Headers { get; init; }

    /// <summary>Who appended it, where it was appended with a sequence; else null.</summary>
    public ProducerSequence? Producer { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }
}
