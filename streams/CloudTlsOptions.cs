namespace Roost.Streams;

/// <summary>TLS to the cloud. All files are PEM and read at each connection, so that a renewed certificate is taken up by itself.</summary>
public sealed class CloudTlsOptions
{
    /// <summary>Certificates that the server's is checked against. Null: those of the machine.</summary>
    public string? Ca { get; set; }

    /// <summary>The gateway's own certificate, with those between it and its root. Goes with <see cref="Key"/>.</summary>
    public string? Certificate { get; set; }

    public string? Key { get; set; }
}
