using System.Security.Cryptography.X509Certificates;

namespace Roost.Mqtt;

/// <summary>What a client has shown of itself when it asks to be let in. It has no text form, so that no password gets into a log.</summary>
public sealed class ClientCredentials
{
    /// <summary>As the client gave it, or as the broker will assign it.</summary>
    public required string ClientIdentifier { get; init; }

    public string? UserName { get; init; }

    /// <summary>Null: none was given. The memory is the credentials' own.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Shown in the TLS handshake and checked there against the listener's authorities; null: none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Of the process at the other end of a unix socket; null elsewhere.</summary>
    public UnixPeer? UnixPeer { get; init; }

    public required string ListenerName { get; init; }

    public required string RemoteEndPoint { get; init; }

    public required MqttProtocolVersion ProtocolVersion { get; init; }
}
