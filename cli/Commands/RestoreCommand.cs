using System.CommandLine;
using Roost.Cli.Daemon;

namespace Roost.Cli.Commands;

/// <summary><c>roost restore FILE --data DIR</c>: puts a backup in the place of what a daemon that does not run has.</summary>
internal static class RestoreCommand
{
    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "What 'roost backup' made" };
        var data = OfflineOptions.Data("The daemon's data folder; the daemon must not run");
        data.Required = true; // what gets replaced is not guessed at
        var configuration = OfflineOptions.Configuration();
        var force = new Option<bool>("--force") { Description = "Also over shadows that are there; they are kept aside" };
        var replay = new Option<bool>("--replay") { Description = "Apply the changes that the history has from after the backup" };
        var command = new Command("restore", "Put shadows, things, credentials and policies back as a backup has them") { file, data, configuration, force, replay };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = Path.GetFullPath(parsed.GetRequiredValue(file), terminal.Folder);
            var code = await OfflineDaemon.RunAsync(
                [
                    "--restore", path, "--data", parsed.GetValue(data)!, .. OfflineOptions.Arguments(parsed.GetValue(configuration)),
                    .. parsed.GetValue(force) ? ["--force"] : Array.Empty<string>(), .. parsed.GetValue(replay) ? ["--replay"] : Array.Empty<string>(),
                ],
                terminal,
                cancellationToken);
            await terminal.Out.FlushAsync(CancellationToken.None);
            return code;
        });
        return command;
    }
}
