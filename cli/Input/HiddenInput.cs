using System.CommandLine;
using System.Text;
using Roost.Cli.Commands;
using Roost.Cli.Daemon;

namespace Roost.Cli.Input;

/// <summary>A password or secret: from <c>--file</c>, else asked for without echo, else from standard input. Never an argument, which every user of the machine could read.</summary>
internal static class HiddenInput
{
    private const int LongestBytes = 64 * 1024;

    public static Option<string?> FileOption() => new("--file") { Description = "Read it from this file in place of asking, or of standard input; a line end at its end does not count", HelpName = "FILE" };

    /// <param name="what">What is asked for: <c>Password of alice</c>.</param>
    /// <exception cref="DaemonException">It cannot be read, is empty, or was typed in two ways.</exception>
    public static async Task<byte[]> ReadAsync(CommandRun run, string? file, string what, CancellationToken cancellationToken)
    {
        if (file is null && run.Terminal.Ask is { } ask)
        {
            var first = ask($"{what}: ");
            return first == ask("The same once more: ") ? Checked(Encoding.UTF8.GetBytes(first), what) : throw new DaemonException($"{what}: the two are not the same; nothing was changed");
        }

        return Checked(file is null ? await ReadAllAsync(run.Terminal.OpenInput(), what, cancellationToken) : await ReadFileAsync(Path.Combine(run.Terminal.Folder, file), what, cancellationToken), what);
    }

    private static async Task<byte[]> ReadFileAsync(string path, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAllAsync(File.OpenRead(path), what, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"{what}: cannot read {path}: {exception.Message}", exception);
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream, string what, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            var bytes = new byte[LongestBytes + 1];
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return length <= LongestBytes ? bytes[..length] : throw new DaemonException($"{what}: more than {LongestBytes} bytes; is this the right file?");
        }
    }

    private static byte[] Checked(byte[] bytes, string what)
    {
        var end = bytes.Length > 0 && bytes[^1] == '\n' ? bytes.Length - 1 : bytes.Length;
        end = end > 0 && end < bytes.Length && bytes[end - 1] == '\r' ? end - 1 : end;
        return end > 0 ? bytes[..end] : throw new DaemonException($"{what}: it is empty; nothing was changed");
    }
}
