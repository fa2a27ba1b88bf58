using Roost.Mqtt.Client.Connections;

namespace Roost.Mqtt.Client.Sessions;

/// <summary>A QoS 2 message received, from its PUBLISH to its PUBREL.</summary>
internal sealed class ReceivedExactlyOnce(ushort identifier)
{
    public ushort Identifier { get; } = identifier;

    /// <summary>The handler is done with it.</summary>
    public bool Handled { get; set; }

    /// <summary>Where the server has sent it last, and waits for PUBREC.</summary>
    public required ClientConnection SentOn { get; set; }
}
