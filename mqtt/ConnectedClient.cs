using System.Net;

namespace Roost.Mqtt;

/// <summary>Who is at the other end of one connection; the same object for as long as it is there. Never holds a secret.</summary>
public sealed class ConnectedClient
{
    public required string ClientIdentifier { get; init; }

    /// <summary>Null: an anonymous client.</summary>
    public string? Identity { get; init; }

    /// <summary>See <see cref="ClientAdmission.Credential"/>.</summary>
    public string? Credential { get; init; }

    /// <summary>See <see cref="ClientAdmission.Tag"/>.</summary>
    public object? Tag { get; init; }

    public required string ListenerName { get; init; }

    public required string RemoteEndPoint { get; init; }

    /// <summary>Null: it has none, on a unix socket.</summary>
    public IPAddress? RemoteAddress { get; init; }
}
