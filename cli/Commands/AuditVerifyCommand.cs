using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost audit verify</c>: reads the chain again, of the running daemon or of a folder, and fails when it is broken.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var from = new Option<long?>("--from") { Description = "Number of the first record to look at; default the oldest", HelpName = "N" };
        var to = new Option<long?>("--to") { Description = "Number of the last; default the newest. With it nothing is said about what may be missing at the end", HelpName = "N" };
        var folder = new Option<string?>("--folder") { Description = "A folder identity/audit of a daemon that does not run, or a copy of one, in place of asking one that does", HelpName = "DIR" };
        var key = new Option<string?>("--public-key") { Description = "With --folder: what 'roost audit key' has printed", HelpName = "FILE" };
        var command = new Command("verify", "Read the audit again and tell whether somebody has changed it; exit code 1 when it is broken") { from, to, folder, key };
        command.Validators.Add(result =>
        {
            if (result.GetValue(folder) is null != result.GetValue(key) is null)
            {
                result.AddError("--folder and --public-key go together.");
            }

            if (result.GetValue(from) > result.GetValue(to))
            {
                result.AddError("--from is behind --to.");
            }
        });
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var answer = run.Get(folder) is { } place
                ? await OfflineAsync(run, Path.GetFullPath(place, terminal.Folder), Path.GetFullPath(run.Get(key)!, terminal.Folder), Bounds(run, from, to, "--{0}"), cancellationToken)
                : await run.Daemon.GetJsonAsync($"/api/v1/audit/verify?{string.Join('&', Bounds(run, from, to, "{0}=").Chunk(2).Select(pair => $"{pair[0]}{pair[1]}"))}", "verification of the audit", cancellationToken);
            if (answer is null)
            {
                return ExitCode.Failed;
            }

            await run.WriteLineAsync(run.Json ? JsonText.Compact(answer.RootElement) : run.Text(Summary(answer.RootElement)));
            if (!run.Json)
            {
                foreach (var fault in Listing.Of(answer.RootElement, "faults"))
                {
                    await run.WriteLineAsync(run.Text($"  {JsonText.Cell(fault)}"));
                }
            }

            return JsonText.Cell(answer.RootElement, "state") == "whole" ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static List<string> Bounds(CommandRun run, Option<long?> from, Option<long?> to, string form)
    {
        var bounds = new List<string>();
        Add("from", run.Get(from));
        Add("to", run.Get(to));
        return bounds;

        void Add(string name, long? number)
        {
            if (number is { } known)
            {
                bounds.Add(form.Replace("{0}", name, StringComparison.Ordinal));
                bounds.Add(known.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <returns>Null: the daemon's program has said why it could not.</returns>
    private static async Task<JsonDocument?> OfflineAsync(CommandRun run, string folder, string key, IEnumerable<string> bounds, CancellationToken cancellationToken)
    {
        await using var output = new StringWriter(CultureInfo.InvariantCulture);
        await OfflineDaemon.RunAsync(["--verify-audit", folder, "--public-key", key, .. bounds], run.Terminal, cancellationToken, output);
        return output.ToString() is { Length: > 0 } text ? JsonDocument.Parse(text) : null;
    }

    private static string Summary(JsonElement answer)
    {
        var records = JsonText.Cell(answer, "records");
        if (records == "0")
        {
            return $"{JsonText.Cell(answer, "state")}: no records";
        }

        var signed = JsonText.Cell(answer, "signedTo") is { Length: > 0 } last ? $"signed to {last} by key {JsonText.Cell(answer, "key")}" : "not signed yet";
        var torn = JsonText.Cell(answer, "tornTail") == "true" ? "; it ends in a write that was cut short, which is no tampering" : "";
        return $"{JsonText.Cell(answer, "state")}: {Count.Of(answer, "records", "record", "records")}, {JsonText.Cell(answer, "first")} ({JsonText.Time(answer, "firstTime")}) to {JsonText.Cell(answer, "last")} ({JsonText.Time(answer, "lastTime")}), {signed}{torn}";
    }
}
