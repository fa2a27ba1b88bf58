using System.CommandLine;
using System.Net;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn show NAME</c>: one function, and what stands around it.</summary>
internal static class FunctionShowCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the function" };
        var command = new Command("show", "One function: its state, its limits, and what isolates it") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var function = run.Get(name);
            try
            {
                using var document = await run.Daemon.GetJsonAsync($"/api/v1/functions/{PathSegment.Encode(function)}", $"function {function}", cancellationToken);
                if (run.Json)
                {
                    await run.WriteJsonAsync(document.RootElement);
                }
                else
                {
                    run.Write(Facts(document.RootElement));
                }

                return ExitCode.Done;
            }
            catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound)
            {
                throw await KnownFunctions.AddToAsync(exception, run.Daemon, $"show {function}: there is no function '{function}'", cancellationToken);
            }
        });
        return command;
    }

    private static Table Facts(JsonElement function)
    {
        var table = new Table("WHAT", "HOW IT IS");
        foreach (var member in function.EnumerateObject().Where(member => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number))
        {
            table.Add(member.Name, JsonText.Cell(member.Value));
        }

        foreach (var (list, row) in new[] { ("faults", "fault"), ("notes", "note") })
        {
            foreach (var item in Listing.Of(function, list))
            {
                table.Add(row, JsonText.Cell(item));
            }
        }

        if (function.TryGetProperty("isolation", out var isolation) && isolation.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in isolation.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String))
            {
                table.Add(member.NameEquals("mode") ? "isolation" : $"isolation: {member.Name}", JsonText.Cell(member.Value));
            }

            foreach (var weakness in Listing.Of(isolation, "weaknesses"))
            {
                table.Add("isolation is weak", JsonText.Cell(weakness));
            }
        }

        return table;
    }
}
