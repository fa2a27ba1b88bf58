namespace Roost.Gateway.Http;

/// <summary>
/// TLS of one listener. All files are PEM. They are looked at again when clients connect, at most every two seconds: what has changed holds for
/// new connections. Which client certificates are good, identity decides.
/// </summary>
internal sealed class HttpTlsOptions
{
    /// <summary>The server's certificate, followed by those between it and its root. Null: the gateway's own.</summary>
    public string? Certificate { get; set; }

    /// <summary>The server's private key. Null: the gateway's own.</summary>
    public string? Key { get; set; }

    /// <summary>A file with the password of <see cref="Key"/>; a line end at its end does not count. Null: the key is not encrypted.</summary>
    public string? KeyPasswordFile { get; set; }

    /// <summary><c>1.2</c> (default) or <c>1.3</c>.</summary>
    public string MinVersion { get; set; } = "1.2";
}
