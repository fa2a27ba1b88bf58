namespace Roost.Streams;

/// <summary>The web server that an export sends its batches to. All files are read when they are needed, so that a renewed one is taken up by itself.</summary>
public sealed class ExportHttpOptions
{
    /// <summary>Where to, <c>https://</c> or <c>http://</c>. Without user name and password in it.</summary>
    public string Url { get; set; } = "";

    public ExportHttpMethod Method { get; set; } = ExportHttpMethod.Post;

    /// <summary>Sent with each request besides Roost's own.</summary>
    public Dictionary<string, string> Headers { get; set; } = [];

    /// <summary>A file with the value of the Authorization header, like <c>Basic dXNlcjpwYXNz</c>.</summary>
    public string? AuthorizationFile { get; set; }

    /// <summary>The gateway's secret (<c>roost secret set</c>) with that value, asked for at each request, like the other three.</summary>
    public string? AuthorizationSecret { get; set; }

    /// <summary>A file with a token, sent as <c>Authorization: Bearer TOKEN</c>.</summary>
    public string? BearerTokenFile { get; set; }

    public string? BearerTokenSecret { get; set; }

    /// <summary>A file with a secret that both sides know; requests are then signed (docs/exports.md).</summary>
    public string? HmacKeyFile { get; set; }

    public string? HmacKeySecret { get; set; }

    /// <summary>Certificates that the server's is checked against (PEM). Null: those of the machine.</summary>
    public string? Ca { get; set; }

    /// <summary>The gateway's own certificate (PEM), with those between it and its root. Goes with <see cref="Key"/>, or <see cref="KeySecret"/>.</summary>
    public string? Certificate { get; set; }

    public string? Key { get; set; }

    /// <summary>The gateway's secret that is the key, in PEM.</summary>
    public string? KeySecret { get; set; }

    /// <summary>Longest silence: for the connection, between two steps of the sending, and from its end to the whole answer. Default 30 s, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A proxy, like <c>http://10.0.0.1:3128</c>. Null: none, whatever the environment says.</summary>
    public string? Proxy { get; set; }

    public string UserAgent { get; set; } = "roost";
}
