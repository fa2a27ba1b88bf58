using System.CommandLine;
using Roost.Cli.Daemon;

namespace Roost.Cli.Commands;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string?> _socket = new("--socket")
    {
        Description = $"The daemon's unix socket. Default: ${DaemonAddress.Variable}, else ./data/run/roostd.sock, else {DaemonAddress.SystemSocket}",
        HelpName = "PATH",
        Recursive = true,
    };

    private readonly Option<string?> _url = new("--url")
    {
        Description = $"The daemon's HTTP listener in place of its socket, like http://127.0.0.1:8088, or from elsewhere https://gateway.local:8443. Default: ${DaemonAddress.UrlVariable}",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _authority = new("--cacert")
    {
        Description = $"The gateway's CA, to check an https:// listener by. Default: ${RemoteAccess.AuthorityVariable}, else what this machine trusts",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _token = new("--token-file")
    {
        Description = $"A file with the token that an https:// listener is shown. Default: ${RemoteAccess.TokenVariable}",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "JSON for scripts: one document, or one line for each record or message",
        Recursive = true,
    };

    public GlobalOptions(RootCommand root)
    {
        _url.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !DaemonAddress.IsUrl(text))
            {
                result.AddError($"--url '{text}' is not an http:// or https:// address, like https://gateway.local:8443.");
            }
        });
        root.Add(_socket);
        root.Add(_url);
        root.Add(_authority);
        root.Add(_token);
        root.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public DaemonClient Connect(ParseResult parsed, Terminal terminal)
    {
        var (url, authority, token) = (parsed.GetValue(_url), parsed.GetValue(_authority), parsed.GetValue(_token));
        var address = DaemonAddress.Find(url is null ? null : new Uri(url), parsed.GetValue(_socket), terminal);
        if (address.Url is null && (authority ?? token) is not null)
        {
            throw new DaemonException($"{(authority is null ? "--token-file" : "--cacert")} goes with --url https://...: a unix socket knows its callers by themselves");
        }

        return new DaemonClient(address.Url is { } remote ? address with { Access = RemoteAccess.Read(remote, authority, token, terminal) } : address);
    }
}
