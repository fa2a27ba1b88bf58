using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>A message while it is routed. It points into the receive buffer (or into a caller's memory) and lives for one call.</summary>
internal ref struct Publication
{
    public required TopicRoute Route { get; init; }

    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>Encoded as they are forwarded in MQTT 5, without Message Expiry Interval.</summary>
    public ReadOnlySpan<byte> Properties { get; init; }

    public uint? ExpirySeconds { get; init; }

    public QualityOfService QualityOfService { get; init; }

    public bool Retain { get; init; }

    /// <summary>Null when the daemon itself publishes.</summary>
    public Session? Publisher { get; init; }

    /// <summary>See <see cref="MqttMessage.OnBehalfOf"/>.</summary>
    public string? OnBehalfOf { get; init; }

    /// <summary>See <see cref="MqttMessage.OnlyTo"/>.</summary>
    public ConnectedClient? OnlyTo { get; init; }

    /// <summary>Of the publisher's PUBLISH; 0 where there is none.</summary>
    public ushort PacketIdentifier { get; init; }

    /// <summary>The copy for whom the message has to wait; made for the first of them.</summary>
    public StoredMessage? Stored { get; set; }

    /// <summary>Of the last journal record that was made for it; 0: none.</summary>
    public long Ticket { get; set; }

    /// <summary>Somebody has it: it was sent, is kept for later, is retained, or was handed to a reader.</summary>
    public bool HasReceiver { get; set; }

    /// <summary>What the publisher is told in its acknowledgement where nobody has the message: that a session had no room, or that it was not taken at all.</summary>
    public ReasonCode Refusal { get; set; }
}
