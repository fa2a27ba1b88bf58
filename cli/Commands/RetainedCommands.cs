using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost retained list|show|clear</c>.</summary>
internal static class RetainedCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("retained", "Retained messages: the last one of each topic that new subscribers get")
    {
        List(options, terminal),
        Show(options, terminal),
        Clear(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var filter = TopicArgument.Filter("Only topics that match, like robots/#; # does not match topics that begin with $");
        filter.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("list", "Topics that have one, with its size and time") { filter };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"/api/v1/retained?filter={PathSegment.Encode(run.Optional(filter) ?? "")}";
            var table = new Table("TOPIC", "BYTES", "QOS", "SINCE", "EXPIRES IN");
            await foreach (var message in Pages.ReadAsync(run.Daemon, path, "retained", "list of retained messages", cancellationToken))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(message);
                    continue;
                }

                var expires = JsonText.Cell(message, "expiresInSeconds");
                table.Add(JsonText.Cell(message, "topic"), JsonText.Cell(message, "bytes"), JsonText.Cell(message, "qos"), JsonText.Time(message, "retainedAt"), expires.Length > 0 ? $"{expires} s" : "");
            }

            if (!run.Json)
            {
                run.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var topic = TopicArgument.Topic("Topic of the message");
        var command = new Command("show", "Print the payload of one; --json has everything") { topic };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var name = run.Get(topic);
            using var message = await run.Daemon.GetJsonAsync($"/api/v1/retained/{PathSegment.Encode(name)}", $"retained message on {name}", cancellationToken);
            var root = message.RootElement;
            if (run.Json)
            {
                await run.WriteJsonAsync(root);
            }
            else
            {
                await run.WriteLineAsync(root.TryGetProperty("payloadBase64", out var bytes) ? $"base64:{bytes.GetString()}" : run.Text(JsonText.Cell(root, "payload")));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Clear(GlobalOptions options, Terminal terminal)
    {
        var filter = TopicArgument.Filter("Topics that match, like robots/vac-01/# or '#' for all");
        var command = new Command("clear", "Take retained messages away and print how many; subscribers are not told") { filter };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var name = run.Get(filter);
            using var cleared = await run.Daemon.SendJsonAsync(HttpMethod.Delete, $"/api/v1/retained?filter={PathSegment.Encode(name)}", content: null, $"clear {name}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(cleared.RootElement) : JsonText.Cell(cleared.RootElement, "removed"));
            return ExitCode.Done;
        });
        return command;
    }
}
