using System.CommandLine;
using System.Text;
using Roost.Cli.Daemon;

namespace Roost.Cli.Input;

/// <summary>An argument that holds data: the text itself, <c>@file</c>, or <c>-</c> for standard input. <c>@@</c> begins a text with one @.</summary>
internal static class DataArgument
{
    public const string Forms = "the text itself, @FILE, or - for standard input";

    public static Argument<string> Create(string name, string description) => new(name) { Description = $"{description}: {Forms}" };

    /// <exception cref="DaemonException">The file cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string text, Terminal terminal, CancellationToken cancellationToken)
    {
        if (text == "-")
        {
            await using var input = terminal.OpenInput();
            using var buffer = new MemoryStream();
            await input.CopyToAsync(buffer, cancellationToken);
            return buffer.ToArray();
        }

        if (text.StartsWith("@@", StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text[1..]);
        }

        if (!text.StartsWith('@'))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        return await ReadFileAsync(text[1..], terminal, cancellationToken);
    }

    private static async Task<byte[]> ReadFileAsync(string file, Terminal terminal, CancellationToken cancellationToken)
    {
        const string Remedy = "(a text that begins with @ is written @@)";
        if (file.Length == 0)
        {
            throw new DaemonException($"@ names no file; write @FILE {Remedy}");
        }

        var path = Path.Combine(terminal.Folder, file);
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var reason = exception switch
            {
                _ when Directory.Exists(path) => "it is a folder",
                FileNotFoundException or DirectoryNotFoundException => "it is not there",
                UnauthorizedAccessException => "permission denied",
                _ => exception.Message,
            };
            throw new DaemonException($"cannot read {file}: {reason} {Remedy}", exception);
        }
    }
}
