using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost doctor</c>: what is well and what is not, in the daemon and on its machine, with what to do.</summary>
internal static class DoctorCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("doctor", "What is well and what is not, and what to do; the exit code is 1 when something does not work");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var report = await run.Daemon.GetJsonAsync("/api/v1/doctor", "doctor", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(report.RootElement);
            }
            else
            {
                run.Write(terminal.IsInteractive ? ForPerson(report.RootElement) : ForPipe(report.RootElement));
            }

            return JsonText.Cell(report.RootElement, "state") == "fault" ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static Table ForPipe(JsonElement report)
    {
        var table = new Table("CHECK", "STATE", "FOUND", "WHAT TO DO");
        foreach (var check in Listing.Of(report, "checks"))
        {
            table.Add(JsonText.Cell(check, "check"), JsonText.Cell(check, "state"), JsonText.Cell(check, "found"), JsonText.Cell(check, "remedy"));
        }

        return table;
    }

    /// <summary>What to do stands below what was found: two columns of sentences are too many for a window.</summary>
    private static Table ForPerson(JsonElement report)
    {
        var table = new Table("CHECK", "STATE", "FOUND, AND WHAT TO DO");
        foreach (var check in Listing.Of(report, "checks"))
        {
            table.Add(JsonText.Cell(check, "check"), JsonText.Cell(check, "state"), JsonText.Cell(check, "found"));
            if (JsonText.Cell(check, "remedy") is { Length: > 0 } remedy)
            {
                table.Add("", "", $"-> {remedy}");
            }
        }

        return table;
    }
}
