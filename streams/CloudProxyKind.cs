namespace Roost.Streams;

/// <summary>How the proxy is asked.</summary>
public enum CloudProxyKind
{
    /// <summary>HTTP's CONNECT.</summary>
    Http,
    Socks5,
}
