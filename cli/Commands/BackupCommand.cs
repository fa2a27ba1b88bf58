using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost backup FILE</c>: everything that lives in databases as one file, from the running daemon or, with <c>--data</c>, from a folder.</summary>
internal static class BackupCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "Replaced when it is there, once the new one is whole" };
        var data = OfflineOptions.Data("The data folder of a daemon that does not run, in place of asking one that does");
        var configuration = OfflineOptions.Configuration();
        var command = new Command("backup", "Copy all shadows into one file") { file, data, configuration };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = Path.GetFullPath(run.Get(file), terminal.Folder);
            if (run.Get(data) is { } folder)
            {
                return await OfflineDaemon.RunAsync(["--backup", path, "--data", folder, .. OfflineOptions.Arguments(run.Get(configuration))], terminal, cancellationToken);
            }

            using var answer = await run.Daemon.SendAsync(HttpMethod.Get, "/api/v1/backup", content: null, "backup", cancellationToken);
            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var bytes = await BackupDownload.SaveAsync(content, path, cancellationToken);
            await run.WriteLineAsync(run.Json
                ? JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("file", path);
                    json.WriteNumber("bytes", bytes);
                    json.WriteEndObject();
                })
                : $"{path}: {bytes} bytes");
            return ExitCode.Done;
        });
        return command;
    }
}
