namespace Roost.Cli.Daemon;

/// <summary>Where the daemon may be: one URL, or unix sockets in the order in which they are tried.</summary>
internal sealed record DaemonAddress(Uri? Url, IReadOnlyList<string> Sockets)
{
    /// <summary>The socket of the installed package.</summary>
    public const string SystemSocket = "/run/roost/roostd.sock";

    public const string Variable = "ROOST_SOCKET";

    public const string UrlVariable = "ROOST_URL";

    /// <summary>What a daemon on another machine is shown and checked by; null: nothing, as it is on this one.</summary>
    public RemoteAccess? Access { get; init; }

    /// <summary>Nobody has named the sockets: who listens there has to be one of those who may run the daemon.</summary>
    public bool IsGuessed { get; init; }

    /// <summary>How the daemon is started here, as the end of a sentence.</summary>
    public string StartCommand { get; init; } = "'sudo systemctl start roost'";

    /// <param name="url">Value of <c>--url</c>; wins over everything.</param>
    /// <param name="socket">Value of <c>--socket</c>; wins over the environment.</param>
    /// <exception cref="DaemonException">The environment names no URL.</exception>
    public static DaemonAddress Find(Uri? url, string? socket, Terminal terminal)
    {
        var found = Named(url, socket, terminal) ?? new DaemonAddress(null, [Path.Combine(terminal.Folder, "data/run/roostd.sock"), SystemSocket]) { IsGuessed = true };
        var isSourceTree = File.Exists(Path.Combine(terminal.Folder, "run")) && Directory.Exists(Path.Combine(terminal.Folder, "gateway"));
        return isSourceTree ? found with { StartCommand = $"{found.StartCommand} or './run'" } : found;
    }

    public static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "" };

    private static DaemonAddress? Named(Uri? url, string? socket, Terminal terminal)
    {
        if (url is not null)
        {
            return new DaemonAddress(url, []);
        }

        if (socket is not null)
        {
            return new DaemonAddress(null, [socket]);
        }

        if (terminal.Variable(UrlVariable) is { Length: > 0 } text)
        {
            return IsUrl(text) ? new DaemonAddress(new Uri(text), []) : throw new DaemonException($"${UrlVariable} is '{text}', which is no http:// or https:// address");
        }

        return terminal.Variable(Variable) is { Length: > 0 } named ? new DaemonAddress(null, [named]) : null;
    }
}
