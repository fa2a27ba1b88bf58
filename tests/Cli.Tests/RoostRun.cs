using System.Text;
using Roost.Tests.Support;

namespace Roost.Cli.Tests;

/// <summary>One run of the command line within the test, with streams and an environment of its own.</summary>
internal sealed record RoostRun(int ExitCode, string Output, string Error)
{
    /// <summary>What was printed as bytes, and not as text.</summary>
    public byte[] Bytes { get; private init; } = [];

    public static Task<RoostRun> AtAsync(FakeDaemon daemon, params string[] arguments) => RunAsync([.. arguments, "--socket", daemon.Socket]);

    public static async Task<RoostRun> RunAsync(string[] arguments, string input = "", string? folder = null, IReadOnlyDictionary<string, string>? environment = null, bool interactive = false, byte[]? bytesIn = null, SharedText? output = null, CancellationToken cancellationToken = default)
    {
        output ??= new SharedText();
        using var error = new SharedText();
        using var bytes = new MemoryStream();
        using var terminal = new Terminal
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(bytesIn ?? Encoding.UTF8.GetBytes(input)),
            OpenOutput = () => bytes,
            IsInteractive = interactive,
            Variable = name => environment?.GetValueOrDefault(name),
            Folder = folder ?? "/nonexistent",
        };
        var code = await RoostCommand.RunAsync(arguments, terminal, cancellationToken);
        return new RoostRun(code, output.ToString(), error.ToString()) { Bytes = bytes.ToArray() };
    }
}
