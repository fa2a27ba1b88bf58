using System.Net;
using System.Net.Sockets;
using Roost.Mqtt.Connections;

namespace Roost.Mqtt.Transport;

/// <summary>Clients of a unix socket have no address of their own; their process stands for it.</summary>
internal sealed class UnixPeerEndPoint(UnixPeer peer) : EndPoint
{
    public UnixPeer Peer { get; } = peer;

    public override AddressFamily AddressFamily => AddressFamily.Unix;
}
