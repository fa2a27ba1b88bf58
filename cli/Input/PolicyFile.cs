using System.CommandLine;
using System.Text;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Input;

/// <summary>A policy in a file, or at standard input.</summary>
internal static class PolicyFile
{
    private const int MostBytes = 256 * 1024; // more than any that the daemon takes

    public static Argument<string> Argument() => new("FILE") { Description = "The policy in JSON; - for standard input" };

    /// <summary>The request that holds it.</summary>
    public static string Body(string text) => JsonText.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("document", text);
        json.WriteEndObject();
    });

    /// <exception cref="DaemonException">It cannot be read, or is no text.</exception>
    public static async Task<string> ReadAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        var bytes = file == "-" ? await DataArgument.ReadAsync("-", terminal, cancellationToken) : await DataArgument.ReadAsync("@" + file, terminal, cancellationToken);
        return bytes.Length > MostBytes ? throw new DaemonException($"{file} has {bytes.Length} bytes, which is no policy")
            : System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF')
            : throw new DaemonException($"{file} is no text in UTF-8");
    }
}
