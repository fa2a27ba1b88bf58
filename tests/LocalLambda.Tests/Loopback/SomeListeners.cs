using System.Net;
using System.Net.Sockets;

namespace Roost.LocalLambda.Tests.Loopback;

/// <summary>Listens on loopback in the daemon's place, or only claims to.</summary>
internal sealed class SomeListeners(params IPEndPoint[] loopback) : IFunctionListeners
{
    public IReadOnlyList<IPEndPoint> Loopback => loopback;

    public static TcpListener Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }
}
