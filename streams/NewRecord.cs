using Roost.Mqtt;

namespace Roost.Streams;

/// <summary>A record to append; <see cref="Payload"/> is copied before the append returns.</summary>
public readonly record struct NewRecord
{
    /// <summary>What the record is about, at most 65,535 bytes of UTF-8: a topic, a robot, or nothing.</summary>
    public string Key { get; init; }

    /// <summary>Names and values that travel with the record; null is none.</summary>
    public IReadOnlyList<UserProperty>? Headers { get; init; }

    /// <summary>The key is the topic of an MQTT message.</summary>
    internal bool KeyIsTopic { get; init; }

    public ReadOnlyMemory<byte> Payload { get; init; }
}
