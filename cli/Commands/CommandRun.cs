using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>One run of one command: its arguments, the daemon, and how it prints.</summary>
internal sealed class CommandRun(ParseResult parsed, DaemonClient daemon, bool json, Terminal terminal)
{
    public DaemonClient Daemon => daemon;

    /// <summary>The operator asked for JSON.</summary>
    public bool Json => json;

    public Terminal Terminal => terminal;

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>Null when it was left out.</summary>
    public string? Optional(Argument<string> argument) => parsed.GetResult(argument) is { Tokens.Count: > 0 } ? parsed.GetValue(argument) : null;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    /// <summary>Gives <paramref name="command"/> a body that runs with a connection, and whose result is the exit code.</summary>
    public static void Define(Command command, GlobalOptions options, Terminal terminal, Func<CommandRun, CancellationToken, Task<int>> body) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var daemon = options.Connect(parsed, terminal);
            var code = await body(new CommandRun(parsed, daemon, options.Json(parsed), terminal), cancellationToken);
            await terminal.Out.FlushAsync(CancellationToken.None); // also after Ctrl-C
            return code;
        });

    /// <summary>A line that arrived: written through at once, for whoever waits for it at the other end of a pipe.</summary>
    public async Task WriteLineAsync(string line)
    {
        await terminal.Out.WriteLineAsync(line);
        await terminal.Out.FlushAsync();
    }

    /// <summary>Bytes that are no text: as they are in a pipe, without a line's end; on a terminal as text, or in base64 where they are none.</summary>
    public async Task WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (terminal.IsInteractive)
        {
            await WriteLineAsync(System.Text.Unicode.Utf8.IsValid(bytes.Span) ? Text(bytes.Span) : $"base64:{Convert.ToBase64String(bytes.Span)}");
            return;
        }

        await terminal.Out.FlushAsync(cancellationToken);
        await using var output = terminal.OpenOutput();
        await output.WriteAsync(bytes, cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>The daemon's document as it came, on one line.</summary>
    public Task WriteJsonAsync(JsonElement document) => WriteLineAsync(JsonText.Compact(document));

    public void Write(Table table)
    {
        if (terminal.IsInteractive)
        {
            InteractiveTable.Write(table, terminal.Out, terminal.Variable);
        }
        else
        {
            table.WriteTo(terminal.Out);
        }
    }

    /// <summary>Bytes from a device or a function: on a terminal its control characters are shown, in a pipe they pass.</summary>
    public string Text(string text) => terminal.IsInteractive ? Table.OneLine(text) : text;

    public string Text(ReadOnlySpan<byte> utf8) => Text(Encoding.UTF8.GetString(utf8));
}
