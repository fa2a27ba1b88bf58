using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost shadow check</c>: reads every shadow and the whole history; fails when something is damaged and cannot be healed.</summary>
internal static class ShadowCheckCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("check", "Read every shadow and the whole history, and heal what the history can heal");
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var report = await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/shadows/check", content: null, "check of the shadows", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(report.RootElement);
            }
            else
            {
                await ShowAsync(run, report.RootElement);
            }

            return IsZero(report.RootElement, "damagedShadows") && IsZero(report.RootElement, "damagedChanges") ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static async Task ShowAsync(CommandRun run, JsonElement report)
    {
        foreach (var fault in Listing.Of(report, "damaged"))
        {
            await run.Terminal.Error.WriteLineAsync($"roost: {run.Text(JsonText.Cell(fault))}");
        }

        if (JsonText.Cell(report, "journalDamage") is { Length: > 0 } damage)
        {
            await run.Terminal.Error.WriteLineAsync($"roost: {damage}");
        }

        await run.WriteLineAsync(
            $"{JsonText.Cell(report, "shadows")} shadows (those deleted lately included) and {JsonText.Cell(report, "changes")} changes read: {JsonText.Cell(report, "healed")} shadows healed, "
            + $"{JsonText.Cell(report, "damagedShadows")} damaged, {JsonText.Cell(report, "damagedChanges")} changes lost from the history");
    }

    private static bool IsZero(JsonElement report, string name) => JsonText.Cell(report, name) is "0";
}
