using System.CommandLine;
using System.Globalization;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost thing import FILE</c>: registers many things.</summary>
internal static class ThingImportCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "CSV: a first line like name,type,groups,site, then a line for each thing; groups with ; between them, other columns are attributes" };
        var target = new Option<string>("--out") { Description = "Gets a folder for each thing with its certificate and key", HelpName = "DIR", Required = true };
        var policies = new Option<string[]>("--policy") { Description = "A policy in place of thing-default; may be given several times", HelpName = "POLICY" };
        var command = new Command("import", "Register many things; the same command again goes on with what was cut short") { file, target, policies };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var csv = ThingCsv.Read(run.Get(file), await InputFile.ReadAsync(terminal, run.Get(file), cancellationToken));
            var things = csv.Things;
            var folder = Path.GetFullPath(run.Get(target)!, terminal.Folder);
            var added = await new ThingImport(run.Daemon, run.Get(file), folder, run.Get(policies) is { Length: > 0 } given ? given : null).RunAsync(csv, cancellationToken);
            await run.WriteLineAsync(run.Json
                ? JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("added", added);
                    json.WriteNumber("before", things.Count - added);
                    json.WriteString("folder", folder);
                    json.WriteEndObject();
                })
                : $"{Count.Of(added, "thing", "things")} added{(added < things.Count ? string.Create(CultureInfo.InvariantCulture, $", {things.Count - added} {(things.Count - added == 1 ? "was" : "were")} before") : "")}; certificates and keys are in {folder}, 'roost cert list' has the fingerprints");
            return ExitCode.Done;
        });
        return command;
    }
}
