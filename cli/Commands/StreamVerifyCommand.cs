using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream verify</c>: has every record read again, follows it, and fails when something is damaged.</summary>
internal static class StreamVerifyCommand
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream; all where it is left out", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("verify", "Read every record of a stream again, and tell what is damaged; exit code 1 when something is") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var streams = run.Optional(name) is { } one ? [one] : await NamesAsync(run, cancellationToken);
            var isSound = true;
            var table = new Table("STREAM", "BYTES", "STATE", "FILE", "POSITION", "RECORDS", "FROM", "TO");
            foreach (var stream in streams)
            {
                using var verification = await VerifyAsync(run, stream, cancellationToken);
                var damage = Listing.Of(verification.RootElement, "damage").ToList();
                isSound &= damage.Count == 0;
                if (run.Json)
                {
                    await run.WriteLineAsync(JsonText.Write(json => Write(json, stream, verification.RootElement)));
                }

                Add(table, stream, JsonText.Cell(verification.RootElement, "checkedBytes"), damage);
            }

            if (!run.Json)
            {
                run.Write(table);
            }

            return isSound ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<List<string>> NamesAsync(CommandRun run, CancellationToken cancellationToken)
    {
        using var streams = await run.Daemon.GetJsonAsync("/api/v1/streams", "list of streams", cancellationToken);
        return [.. Listing.Of(streams.RootElement, "streams").Where(stream => JsonText.Cell(stream, "fault").Length == 0).Select(stream => JsonText.Cell(stream, "name"))];
    }

    private static async Task<JsonDocument> VerifyAsync(CommandRun run, string stream, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/streams/{PathSegment.Encode(stream)}/verify";
        var state = await run.Daemon.SendJsonAsync(HttpMethod.Post, path, content: null, $"verify {stream}", cancellationToken);
        while (JsonText.Cell(state.RootElement, "running") == "true")
        {
            await ShowAsync(run, stream, state.RootElement);
            state.Dispose();
            await Task.Delay(s_between, TimeProvider.System, cancellationToken);
            state = await run.Daemon.GetJsonAsync(path, $"verify {stream}", cancellationToken);
        }

        await EndLineAsync(run);
        return state;
    }

    private static async Task ShowAsync(CommandRun run, string stream, JsonElement state)
    {
        if (run is { Json: false, Terminal.IsInteractive: true }
            && double.TryParse(JsonText.Cell(state, "checkedBytes"), CultureInfo.InvariantCulture, out var done)
            && double.TryParse(JsonText.Cell(state, "totalBytes"), CultureInfo.InvariantCulture, out var total))
        {
            await run.Terminal.Out.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{run.Text(stream)}: {100 * done / Math.Max(total, 1):F0} % read"));
            await run.Terminal.Out.FlushAsync();
        }
    }

    private static async Task EndLineAsync(CommandRun run)
    {
        if (run is { Json: false, Terminal.IsInteractive: true })
        {
            await run.Terminal.Out.WriteAsync("\r\u001b[K");
        }
    }

    private static void Add(Table table, string stream, string bytes, List<JsonElement> damage)
    {
        if (damage.Count == 0)
        {
            table.Add(stream, bytes, "sound", "", "", "", "", "");
        }

        foreach (var one in damage)
        {
            table.Add(
                stream, bytes, JsonText.Cell(one, "reason"), JsonText.Cell(one, "segment"), JsonText.Cell(one, "position"), JsonText.Cell(one, "records"),
                JsonText.Cell(one, "firstOffset"), JsonText.Cell(one, "nextOffset"));
        }
    }

    private static void Write(Utf8JsonWriter json, string stream, JsonElement verification)
    {
        json.WriteStartObject();
        json.WriteString("stream", stream);
        json.WritePropertyName("verification");
        verification.WriteTo(json);
        json.WriteEndObject();
    }
}
