using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>Waits for the end of a rollout: on a terminal one line that changes, in a pipe a line at the end.</summary>
internal static class RolloutWait
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    /// <returns>Done when it was promoted; failed when it was not.</returns>
    public static async Task<int> RunAsync(CommandRun run, string function, string id, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var rollout = await RolloutCommands.GetAsync(run, function, cancellationToken);
                var state = JsonText.Cell(rollout.RootElement, "state");
                if (JsonText.Cell(rollout.RootElement, "id") != id)
                {
                    await EndLineAsync(run);
                    throw new DaemonException($"deploy {function}: something newer was deployed meanwhile; 'roost fn rollout {function}' shows it");
                }

                if (state != "in-progress")
                {
                    await EndLineAsync(run);
                    await (run.Json ? run.WriteJsonAsync(rollout.RootElement) : run.WriteLineAsync(run.Text(RolloutText.Line(rollout.RootElement))));
                    return state == "promoted" ? ExitCode.Done : ExitCode.Failed;
                }

                await ShowAsync(run, rollout.RootElement);
                await Task.Delay(s_between, TimeProvider.System, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await EndLineAsync(run);
            await run.Terminal.Error.WriteLineAsync($"roost: the rollout of {function} goes on; 'roost fn rollout {function}' shows how it stands, 'roost fn rollback {function}' ends it");
            return ExitCode.Done;
        }
    }

    private static async Task ShowAsync(CommandRun run, JsonElement rollout)
    {
        if (run.Terminal.IsInteractive && !run.Json)
        {
            await run.Terminal.Out.WriteAsync($"\r\u001b[K{run.Text(RolloutText.Line(rollout))}");
            await run.Terminal.Out.FlushAsync();
        }
    }

    private static async Task EndLineAsync(CommandRun run)
    {
        if (run.Terminal.IsInteractive && !run.Json)
        {
            await run.Terminal.Out.WriteAsync("\r\u001b[K");
            await run.Terminal.Out.FlushAsync();
        }
    }
}
