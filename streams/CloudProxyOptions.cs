namespace Roost.Streams;

/// <summary>A proxy on the way to the cloud, which resolves the server's name itself.</summary>
public sealed class CloudProxyOptions
{
    public CloudProxyKind Kind { get; set; }

    /// <summary>Name or address.</summary>
    public string Host { get; set; } = "";

    /// <summary>Default 3128, or 1080 of SOCKS.</summary>
    public int? Port { get; set; }

    /// <summary>Null: the proxy asks for none.</summary>
    public string? UserName { get; set; }

    /// <summary>Better kept in <see cref="PasswordFile"/>.</summary>
    public string? Password { get; set; }

    /// <summary>A file that holds the password; read at each connection.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>The gateway's secret that is the password, asked for at each connection. In place of the two above.</summary>
    public string? PasswordSecret { get; set; }

    internal int EffectivePort => Port ?? (Kind == CloudProxyKind.Socks5 ? 1080 : 3128);
}
