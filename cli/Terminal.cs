using System.Text;

namespace Roost.Cli;

/// <summary>What the process was started with: streams, environment and folder. Tests bring their own.</summary>
internal sealed class Terminal : IDisposable
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Called when an argument is <c>-</c>, not before: opening standard input of a terminal changes its state.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Asks a person at the terminal for something that is not echoed; null: nobody is there, and it is read from standard input.</summary>
    public Func<string, string>? Ask { get; init; }

    /// <summary>For bytes that are no text, after <see cref="Out"/> was flushed.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>True when a person reads <see cref="Out"/>: tables may be coloured and folded to the width of the window.</summary>
    public required bool IsInteractive { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>Where <c>./data</c> and <c>@file</c> are looked for.</summary>
    public required string Folder { get; init; }

    public static Terminal OfProcess() => new()
    {
        Out = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)),
        Error = Console.Error,
        OpenInput = Console.OpenStandardInput,
        OpenOutput = Console.OpenStandardOutput,
        Ask = Console.IsInputRedirected ? null : AskHidden,
        IsInteractive = !Console.IsOutputRedirected,
        Variable = Environment.GetEnvironmentVariable,
        Folder = Environment.CurrentDirectory,
    };

    public void Dispose() => Out.Dispose();

    private static string AskHidden(string question)
    {
        Console.Error.Write(question); // standard output may be a file
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
