namespace Roost.Mqtt.Transport.Tls;

internal enum HandshakeStatus
{
    /// <summary>The peer's next bytes are needed.</summary>
    WantsRead,

    /// <summary>The socket takes no more at present.</summary>
    WantsWrite,

    Done,

    Failed,
}
