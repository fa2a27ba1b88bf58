namespace Roost.Gateway.Http;

internal sealed class HttpOptions
{
    public const string Section = "Http";

    public List<HttpListenerOptions> Listeners { get; set; } = [new(), new() { Address = "0.0.0.0", Port = 8443, Tls = new() }];

    /// <summary>Path of the unix socket that <c>roost</c> talks to; relative to the data folder.</summary>
    public string Socket { get; set; } = "run/roostd.sock";

    /// <summary>Names besides loopback addresses, <c>localhost</c> and those of the server's certificate that a request may give as its Host.</summary>
    public List<string> Hosts { get; set; } = [];

    /// <summary>
    /// Web pages (<c>https://example.com</c>) whose scripts may ask over TLS, with a token or a signature; <c>*</c> for all. Programs send no Origin and
    /// need none. Default none.
    /// </summary>
    public List<string> Origins { get; set; } = [];

    /// <summary>Functions whose URLs everybody on the network may call, without showing who he is. Default none: over TLS a function's URL asks for an identity.</summary>
    public List<string> PublicFunctions { get; set; } = [];

    /// <summary>Largest request body, in bytes, where an endpoint sets no limit of its own. Default 8 MiB.</summary>
    public long MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>From a request's first byte to the end of its headers; who is slower is closed. Default 15 s: a phone at the edge of the Wi-Fi needs two.</summary>
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>TCP and unix socket connections that are open at once.</summary>
    public int MaxConnections { get; set; } = 2000;

    /// <summary>Of them those with TLS that one remote address (of IPv6: one /64) may have.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 200;
}
