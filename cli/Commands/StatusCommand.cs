using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost status</c>: everything that the daemon says of itself, one row a fact.</summary>
internal static class StatusCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("status", "How the daemon and its rooms are");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var status = await run.Daemon.GetJsonAsync("/api/v1/status", "status", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(status.RootElement);
                return ExitCode.Done;
            }

            // The daemon names its facts; a new one needs no new command line.
            var table = new Table("FACT", "VALUE");
            AddFacts(table, "", status.RootElement);
            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static void AddFacts(Table table, string path, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    AddFacts(table, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array when element.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object):
                foreach (var item in element.EnumerateArray())
                {
                    var name = JsonText.Cell(item, "name");
                    table.Add(name.Length == 0 ? path : $"{path}.{name}", Members(item));
                }

                break;
            case JsonValueKind.Array:
                table.Add(path, string.Join(", ", element.EnumerateArray().Select(JsonText.Cell)));
                break;
            default:
                table.Add(path, JsonText.Cell(element));
                break;
        }
    }

    private static string Members(JsonElement item) => item.ValueKind != JsonValueKind.Object
        ? JsonText.Cell(item)
        : string.Join(", ", item.EnumerateObject().Where(member => member.Name != "name" && member.Value.ValueKind != JsonValueKind.Null).Select(member => $"{member.Name} {JsonText.Cell(member.Value)}"));
}
