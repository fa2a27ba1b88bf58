using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow update</c>: one shadow, or those of a list of things, or those that a filter finds.</summary>
internal static class ShadowUpdateCommand
{
    /// <param name="thing">Left out where <c>--things</c> or <c>--where</c> stands in its place.</param>
    public static Command Create(Argument<string> thing, Option<string?> name, GlobalOptions options, Terminal terminal)
    {
        var document = DataArgument.Create("JSON", """A state document, like {"state":{"desired":{"mode":"returning"}}}""");
        document.Arity = ArgumentArity.ZeroOrOne; // with --things and --where it comes first
        var things = new Option<string?>("--things") { Description = "In place of THING: the shadows of these, with commas between them", HelpName = "THING,..." };
        var where = new Option<string?>("--where") { Description = "In place of THING: the shadows of which this is true, like 'reported.battery<20'; at most 1000", HelpName = "FILTER" };
        var command = new Command("update", "Change a shadow, or many; a null removes a property") { thing, document, name, things, where };
        command.Validators.Add(result =>
        {
            var many = new[] { result.GetResult(things), result.GetResult(where) }.Count(given => given is not null);
            var words = (result.GetResult(thing)?.Tokens.Count ?? 0) + (result.GetResult(document)?.Tokens.Count ?? 0);
            if (many == 2)
            {
                result.AddError("give --things or --where, not both");
            }
            else if (many == 0 && result.GetResult(thing) is { Tokens: [{ Value: ['{', ..] }] })
            {
                result.AddError("THING comes before JSON; for many things give --things or --where in place of THING");
            }
            else if (words != 2 - many)
            {
                result.AddError(many == 1 ? "--things and --where stand in place of THING: give JSON alone" : "give THING and JSON; for many things give --things or --where in place of THING");
            }
        });
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => run.Get(things) is not null || run.Get(where) is not null
            ? ManyAsync(run, run.Get(thing), run.Get(name), run.Get(things), run.Get(where), cancellationToken)
            : OneAsync(run, run.Get(thing), run.Get(name), run.Get(document), cancellationToken));
        return command;
    }

    private static async Task<int> OneAsync(CommandRun run, string thing, string? name, string data, CancellationToken cancellationToken)
    {
        var document = await DataArgument.ReadAsync(data, run.Terminal, cancellationToken);
        using var content = DaemonClient.Body(document, "application/json");
        using var accepted = await SendAsync(run, ShadowCommands.Path(thing, name), document, content, ShadowCommands.What(thing, name), cancellationToken);
        await ShadowCommands.ShowAsync(run, thing, "changed", accepted.RootElement, ShadowState.Requested);
        return ExitCode.Done;
    }

    /// <exception cref="DaemonException">Of data that are no JSON it tells the place, which the cloud's words do not.</exception>
    private static async Task<JsonDocument> SendAsync(CommandRun run, string path, byte[] document, HttpContent content, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Daemon.SendJsonAsync(HttpMethod.Post, path, content, what, cancellationToken);
        }
        catch (DaemonException refused) when (refused.Status == System.Net.HttpStatusCode.BadRequest && FaultIn(document) is { } fault)
        {
            throw new DaemonException($"{refused.Message}: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}", refused, refused.Status);
        }
    }

    private static JsonException? FaultIn(byte[] document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return null;
        }
        catch (JsonException exception)
        {
            return exception;
        }
    }

    private static async Task<int> ManyAsync(CommandRun run, string data, string? name, string? things, string? where, CancellationToken cancellationToken)
    {
        var document = await DataArgument.ReadAsync(data, run.Terminal, cancellationToken);
        using var content = DaemonClient.Body(Encoding.UTF8.GetBytes(Request(document, name, things, where)), "application/json");
        using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/things/shadow", content, "update of many shadows", cancellationToken);
        if (run.Json)
        {
            await run.WriteJsonAsync(answer.RootElement);
        }
        else
        {
            var table = new Table("THING", "SHADOW", "VERSION", "REFUSED");
            foreach (var result in Listing.Of(answer.RootElement, "results"))
            {
                table.Add(JsonText.Cell(result, "thing"), JsonText.Cell(result, "name"), JsonText.Cell(result, "version"), JsonText.Cell(result, "message"));
            }

            run.Write(table);
            if (table.Rows.Count == 0)
            {
                await run.Terminal.Error.WriteLineAsync("roost: no shadow matches; nothing was changed");
            }
        }

        foreach (var damaged in Listing.Of(answer.RootElement, "damaged"))
        {
            await run.Terminal.Error.WriteLineAsync($"roost: shadow {JsonText.Cell(damaged)} is damaged, could not be judged and was left out; 'roost shadow check' tells more");
        }

        if (JsonText.Cell(answer.RootElement, "refused") is "0")
        {
            return ExitCode.Done;
        }

        await run.Terminal.Error.WriteLineAsync($"roost: {JsonText.Cell(answer.RootElement, "refused")} of the updates were refused, {JsonText.Cell(answer.RootElement, "accepted")} done");
        return ExitCode.Failed;
    }

    /// <summary>The operator's document, and with it whose it is to be.</summary>
    /// <exception cref="DaemonException">It is no JSON object.</exception>
    private static string Request(byte[] document, string? name, string? things, string? where)
    {
        try
        {
            using var given = JsonDocument.Parse(document);
            return JsonText.Write(json =>
            {
                json.WriteStartObject();
                foreach (var member in given.RootElement.EnumerateObject())
                {
                    member.WriteTo(json);
                }

                if (name is not null)
                {
                    json.WriteString("name", name);
                }

                if (where is not null)
                {
                    json.WriteString("where", where);
                }
                else
                {
                    json.WriteStartArray("things");
                    foreach (var thing in things!.Split(',', StringSplitOptions.TrimEntries))
                    {
                        json.WriteStringValue(thing);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            });
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new DaemonException("""the data is no JSON object; write it like {"state":{"desired":{"mode":"returning"}}}""", exception);
        }
    }
}
