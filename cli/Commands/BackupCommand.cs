using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost backup FILE</c>: everything that lives in databases as one file, from the running daemon or, with <c>--data</c>, from a folder.</summary>
internal static class BackupCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "A file that is not there yet, or --force" };
        var data = OfflineOptions.Data("The data folder of a daemon that does not run, in place of asking one that does");
        var configuration = OfflineOptions.Configuration();
        var force = new Option<bool>("--force") { Description = "Replace FILE when it is there, once the new one is whole" };
        var command = new Command("backup", "Copy shadows, things, credentials and policies into one file") { file, data, configuration, force };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = Path.GetFullPath(run.Get(file), terminal.Folder);
            if (run.Get(data) is { } folder)
            {
                return await OfflineDaemon.RunAsync(["--backup", path, "--data", folder, .. run.Get(force) ? ["--force"] : Array.Empty<string>(), .. OfflineOptions.Arguments(run.Get(configuration))], terminal, cancellationToken);
            }

            path = BackupTarget.Resolve(path, run.Get(force));
            using var answer = await run.Daemon.SendAsync(HttpMethod.Get, "/api/v1/backup", content: null, "backup", cancellationToken);
            await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var (bytes, remarks) = await BackupDownload.SaveAsync(content, path, run.Get(force), cancellationToken);
            foreach (var remark in remarks)
            {
                await run.Terminal.Error.WriteLineAsync($"roost: {remark}");
            }

            await run.WriteLineAsync(run.Json
                ? JsonText.Write(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("file", path);
                    json.WriteNumber("bytes", bytes);
                    json.WriteStartArray("remarks");
                    foreach (var remark in remarks)
                    {
                        json.WriteStringValue(remark);
                    }

                    json.WriteEndArray();
                    json.WriteEndObject();
                })
                : $"{path}: {bytes} bytes");
            return ExitCode.Done;
        });
        return command;
    }
}
