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
        Description = "The daemon's HTTP listener in place of its socket, like http://127.0.0.1:8088",
        HelpName = "URL",
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
            if (result.GetValueOrDefault<string?>() is { } text && !IsHttp(text))
            {
                result.AddError($"--url '{text}' is not an http:// address.");
            }
        });
        root.Add(_socket);
        root.Add(_url);
        root.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public DaemonClient Connect(ParseResult parsed, Terminal terminal)
    {
        var url = parsed.GetValue(_url);
        return new DaemonClient(DaemonAddress.Find(url is null ? null : new Uri(url), parsed.GetValue(_socket), terminal));
    }

    private static bool IsHttp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp;
}
