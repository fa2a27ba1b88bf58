using System.Net;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>A client between its CONNECT and our CONNACK.</summary>
internal sealed class Arrival(Connection connection, ConnectPacket connect, string? assignedIdentifier)
{
    public Connection Connection { get; } = connection;

    public ConnectPacket Connect { get; } = connect;

    /// <summary>Null when the client brought its own.</summary>
    public string? AssignedIdentifier { get; } = assignedIdentifier;

    public string ClientIdentifier => AssignedIdentifier ?? Connect.ClientIdentifier;

    /// <summary>Of its last AUTH, for CONNACK.</summary>
    public ReadOnlyMemory<byte>? AuthenticationData { get; set; }

    /// <summary>The session that it has taken up, while that is being written down.</summary>
    public Session? Session { get; set; }

    /// <summary>The session was there before.</summary>
    public bool IsPresent => Absence is not null;

    /// <summary>What the session is again when the client does not get CONNACK; null: it was not there before.</summary>
    public Absence? Absence { get; set; }

    /// <summary>It has shown nothing by which somebody could know it.</summary>
    public bool IsAnonymous =>
        UserName is null && Connect.Password is null && Connection is { PeerCertificate: null, UnixPeer: null, Authenticated: null };

    /// <summary>AWS's SDKs send what they are as a query behind the user name, also where there is none: that is no credential.</summary>
    private string? UserName => Connect.UserName?.IndexOf('?', StringComparison.Ordinal) switch
    {
        null => null,
        < 0 => Connect.UserName,
        0 when Connect.Password is null => null,
        var end => Connect.UserName[..end.Value],
    };

    /// <summary>Behind a proxy it came over the network, whatever the proxy's connection is.</summary>
    private bool IsFromThisMachine => Connection.Listener.Options.IsLocal && (Connection.RemoteAddress is not { } address || IPAddress.IsLoopback(address));

    public ClientCredentials ToCredentials() => new()
    {
        ClientIdentifier = ClientIdentifier,
        UserName = UserName,
        Password = Connect.Password,
        Certificate = Connection.PeerCertificate,
        Intermediates = Connection.PeerIntermediates,
        Authenticated = Connection.Authenticated,
        MayBeAnonymous = Connection.MayBeAnonymous,
        IsConfidential = Connection is { IsEncrypted: true } or { Listener.Options.PasswordsInClear: true } || IsFromThisMachine,
        RemoteAddress = Connection.RemoteAddress,
        UnixPeer = Connection.UnixPeer,
        ListenerName = Connection.ListenerName,
        RemoteEndPoint = Connection.RemoteEndPoint,
        ProtocolVersion = Connect.Version,
    };
}
