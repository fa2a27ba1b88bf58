namespace Roost.Gateway.Http;

internal sealed class HttpOptions
{
    public const string Section = "Http";

    public List<HttpListenerOptions> Listeners { get; set; } = [new()];

    /// <summary>Path of the unix socket that <c>roost</c> talks to; relative to the data folder.</summary>
    public string Socket { get; set; } = "run/roostd.sock";

    /// <summary>Names besides loopback addresses and <c>localhost</c> that a request may give as its Host.</summary>
    public List<string> Hosts { get; set; } = [];

    /// <summary>Largest request body, in bytes, where an endpoint sets no limit of its own. Default 8 MiB.</summary>
    public long MaxBodyBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>TCP and unix socket connections that are open at once.</summary>
    public int MaxConnections { get; set; } = 2000;
}

internal sealed class HttpListenerOptions
{
    /// <summary>An IP address of this machine.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 lets the system choose; the ready line tells which.</summary>
    public int Port { get; set; } = 8088;
}
