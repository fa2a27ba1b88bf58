using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Mqtt;

/// <summary>What another server of this process knows of a client whose WebSocket it hands on: see <see cref="MqttBroker.ServeAsync"/>.</summary>
public sealed record RelayedClient
{
    /// <summary>What logs and client lists show, and <c>connect-rate-per-address</c> counts; null: a unix socket's.</summary>
    public IPEndPoint? Remote { get; init; }

    /// <summary>Where it came in, for authenticators; null: <c>http</c>.</summary>
    public string? ListenerName { get; init; }

    /// <summary>It came by TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>
    /// It came over loopback or a unix socket, and may need no credentials, as <see cref="MqttOptions.Http"/> says. Default false: it has to show some, here or there.
    /// </summary>
    public bool MayBeAnonymous { get; init; }

    /// <summary>What it proved in the TLS handshake to have the key of. The caller's: it lives until <see cref="MqttBroker.ServeAsync"/> has completed.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What it sent beside <see cref="Certificate"/>.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    /// <summary>Who it is, where the other server has found out; the authenticator gets it as <see cref="ClientCredentials.Authenticated"/>.</summary>
    public object? Authenticated { get; init; }
}
