using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream append</c>: one record, or each line as one.</summary>
internal static class StreamAppendCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream" };
        var data = DataArgument.Create("DATA", "The record's payload");
        var key = new Option<string?>("--key") { Description = "The record's key", HelpName = "KEY" };
        var lines = new Option<bool>("--lines") { Description = "Each line is a record; - goes on as lines come, until the input ends" };
        var command = new Command("append", "Append one record and print its offset; done means kept") { name, data, key, lines };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            if (run.Get(lines))
            {
                await AppendLinesAsync(run, run.Get(name), run.Get(data), run.Get(key), terminal, cancellationToken);
                return ExitCode.Done;
            }

            using var content = DaemonClient.Body(await DataArgument.ReadAsync(run.Get(data), terminal, cancellationToken), "application/octet-stream");
            var query = run.Get(key) is { } text ? $"?key={PathSegment.Encode(text)}" : "";
            using var appended = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"{PathOf(run.Get(name))}{query}", content, $"append to {run.Get(name)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(appended.RootElement) : JsonText.Cell(appended.RootElement, "firstOffset"));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A batch for what is there, so that slow input is kept as it comes, and fast input in few requests.</summary>
    private static async Task AppendLinesAsync(CommandRun run, string stream, string data, string? key, Terminal terminal, CancellationToken cancellationToken)
    {
        await using var input = data == "-" ? terminal.OpenInput() : new MemoryStream(await DataArgument.ReadAsync(data, terminal, cancellationToken));
        using var reader = new StreamReader(input, Encoding.UTF8);
        var batch = new LineBatch(key);
        var next = reader.ReadLineAsync(cancellationToken).AsTask();
        while (true)
        {
            if (!batch.IsEmpty && (batch.IsFull || !next.IsCompleted))
            {
                await SendAsync(run, stream, batch, cancellationToken);
            }

            if (await next is not { } line)
            {
                break;
            }

            batch.Add(line);
            next = reader.ReadLineAsync(cancellationToken).AsTask();
        }

        if (!batch.IsEmpty)
        {
            await SendAsync(run, stream, batch, cancellationToken);
        }
    }

    /// <summary>Prints the offsets once they are durable.</summary>
    private static async Task SendAsync(CommandRun run, string stream, LineBatch batch, CancellationToken cancellationToken)
    {
        using var content = DaemonClient.Body(batch.Take(), "application/json");
        using var appended = await run.Daemon.SendJsonAsync(HttpMethod.Post, PathOf(stream), content, $"append to {stream}", cancellationToken);
        var (first, last) = (JsonText.Cell(appended.RootElement, "firstOffset"), JsonText.Cell(appended.RootElement, "lastOffset"));
        await run.WriteLineAsync(run.Json ? JsonText.Compact(appended.RootElement) : first == last ? first : $"{first}-{last}");
    }

    private static string PathOf(string stream) => $"/api/v1/streams/{PathSegment.Encode(stream)}/records";

    /// <summary>Lines on their way into one request.</summary>
    private sealed class LineBatch(string? key)
    {
        private const int MostLines = 1000;
        private const int MostLetters = 512 * 1024; // a request has at most 4 MiB, and JSON may need six bytes for a letter
        private readonly List<string> _lines = [];
        private int _letters;

        public bool IsEmpty => _lines.Count == 0;

        public bool IsFull => _lines.Count >= MostLines || _letters >= MostLetters;

        public void Add(string line)
        {
            _lines.Add(line);
            _letters += line.Length;
        }

        public byte[] Take()
        {
            var body = Encoding.UTF8.GetBytes(JsonText.Write(Write));
            _lines.Clear();
            _letters = 0;
            return body;
        }

        private void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteStartArray("records");
            foreach (var line in _lines)
            {
                json.WriteStartObject();
                if (key is not null)
                {
                    json.WriteString("key", key);
                }

                json.WriteString("data", line);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
