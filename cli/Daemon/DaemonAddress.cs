namespace Roost.Cli.Daemon;

/// <summary>Where the daemon may be: one URL, or unix sockets in the order in which they are tried.</summary>
internal sealed record DaemonAddress(Uri? Url, IReadOnlyList<string> Sockets)
{
    /// <summary>The socket of the installed package.</summary>
    public const string SystemSocket = "/run/roost/roostd.sock";

    public const string Variable = "ROOST_SOCKET";

    /// <param name="url">Value of <c>--url</c>; wins over everything.</param>
    /// <param name="socket">Value of <c>--socket</c>; wins over the environment.</param>
    public static DaemonAddress Find(Uri? url, string? socket, Terminal terminal)
    {
        if (url is not null)
        {
            return new DaemonAddress(url, []);
        }

        if (socket is not null)
        {
            return new DaemonAddress(null, [socket]);
        }

        return terminal.Variable(Variable) is { Length: > 0 } named
            ? new DaemonAddress(null, [named])
            : new DaemonAddress(null, [Path.Combine(terminal.Folder, "data/run/roostd.sock"), SystemSocket]);
    }
}
