using System.Net;

namespace Roost.Gateway.Http;

internal sealed class HttpListenerOptions
{
    /// <summary>An IP address of this machine.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose; the ready line tells which.</summary>
    public int Port { get; set; } = 8088;

    /// <summary>Null: no TLS, and no identity is asked for; on loopback addresses only.</summary>
    public HttpTlsOptions? Tls { get; set; }

    /// <summary>Only programs of this machine reach it.</summary>
    public bool IsLoopback => IPAddress.TryParse(Address, out var address) && IPAddress.IsLoopback(address);
}
