using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost stream repair</c>: says what giving up the damaged records would cost; with <c>--yes</c> it is done.</summary>
internal static class StreamRepairCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "Name of the stream" };
        var yes = new Option<bool>("--yes") { Description = "Do it; without it nothing is changed" };
        var command = new Command("repair", "Give up the records that are damaged, and keep those before and behind them") { name, yes };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var stream = run.Get(name);
            using var repair = await run.Daemon.SendJsonAsync(
                run.Get(yes) ? HttpMethod.Post : HttpMethod.Get, $"/api/v1/streams/{PathSegment.Encode(stream)}/repair", content: null, $"repair {stream}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(repair.RootElement);
                return ExitCode.Done;
            }

            var damage = Listing.Of(repair.RootElement, "damage").ToList();
            if (damage.Count == 0)
            {
                await run.WriteLineAsync($"stream {stream}: no damage is known; 'roost stream verify {stream}' looks for it");
                return ExitCode.Done;
            }

            var table = new Table("RECORDS", "FROM", "TO", "FILE", "POSITION", "WHAT");
            foreach (var one in damage)
            {
                table.Add(
                    JsonText.Cell(one, "records"), JsonText.Cell(one, "firstOffset"), JsonText.Cell(one, "nextOffset"), JsonText.Cell(one, "segment"), JsonText.Cell(one, "position"), JsonText.Cell(one, "reason"));
            }

            run.Write(table);
            var kept = JsonText.Cell(repair.RootElement, "keptRecords");
            await run.WriteLineAsync(run.Get(yes)
                ? $"{Count.Of(repair.RootElement, "lostRecords", "record was", "records were")} given up, {kept} of the damaged files kept; the files as they were: {string.Join(", ", Listing.Of(repair.RootElement, "aside").Select(JsonText.Cell))}"
                : $"{Count.Of(repair.RootElement, "lostRecords", "record", "records")} would be given up, {kept} of the damaged files kept; nothing was changed, --yes does it");
            return ExitCode.Done;
        });
        return command;
    }
}
