namespace Roost.Mqtt.Transport.Tls;

/// <summary>A piece of a handshake for <see cref="HandshakePool"/>.</summary>
internal interface IHandshakeStep
{
    /// <summary>On a thread of the pool. Does not throw.</summary>
    void Run();
}
