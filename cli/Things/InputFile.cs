using Roost.Cli.Daemon;

namespace Roost.Cli.Things;

/// <summary>A file that is named as an argument; <c>-</c> is standard input.</summary>
internal static class InputFile
{
    /// <exception cref="DaemonException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(Terminal terminal, string file, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = new StreamReader(file == "-" ? terminal.OpenInput() : File.OpenRead(Path.GetFullPath(file, terminal.Folder)));
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"{file}: {exception.Message.TrimEnd('.')}", exception);
        }
    }
}
