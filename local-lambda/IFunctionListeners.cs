using System.Net;

namespace Roost.LocalLambda;

/// <summary>Where functions with <c>network: loopback</c> reach the daemon. The gateway implements it.</summary>
public interface IFunctionListeners
{
    /// <summary>
    /// The daemon's listeners without TLS that programs of this machine reach on a loopback address, with the ports of its configuration. A function finds each at
    /// the same port of 127.0.0.1; of two with one port, the first. Whether one is open is found out by each connection.
    /// </summary>
    IReadOnlyList<IPEndPoint> Loopback { get; }
}
