using System.Net;
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

    /// <summary>
    /// Shown in the TLS handshake and checked there against the listener's authorities; null: none. Gone with the connection: who looks at it later than at once
    /// makes a copy. So it is with <see cref="Intermediates"/>.
    /// </summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Certificates that it sent beside <see cref="Certificate"/>, unchecked; at most eight.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    /// <summary>Who it is, where a server that handed it on has found out: see <see cref="RelayedClient.Authenticated"/>.</summary>
    public object? Authenticated { get; init; }

    /// <summary>It would be let in if it had shown nothing.</summary>
    public bool MayBeAnonymous { get; init; }

    /// <summary>Its bytes are encrypted on their way, or never leave this machine, or the listener's owner has said that they need not be (<see cref="MqttListenerOptions.PasswordsInClear"/>).</summary>
    public bool IsConfidential { get; init; }

    /// <summary>Null where it has none: on a unix socket.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>Of the process at the other end of a unix socket; null elsewhere.</summary>
    public UnixPeer? UnixPeer { get; init; }

    public required string ListenerName { get; init; }

    public required string RemoteEndPoint { get; init; }

    public required MqttProtocolVersion ProtocolVersion { get; init; }
}
