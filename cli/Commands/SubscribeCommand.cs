using System.CommandLine;
using System.Text;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost sub FILTER...</c>: one line a message, topic and payload, until Ctrl-C or <c>-n</c> messages.</summary>
internal static class SubscribeCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var filters = TopicArgument.Filters();
        var count = new Option<int?>("--count", "-n") { Description = "Stop after so many messages", HelpName = "N" };
        CountOption.Check(count);
        var command = new Command("sub", "Print messages as they come; Ctrl-C ends it") { filters, count };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            try
            {
                await PrintAsync(run, run.Get(filters), run.Get(count) ?? int.MaxValue, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C is how this command ends.
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task PrintAsync(CommandRun run, string[] filters, int count, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/messages?{string.Join('&', filters.Select(filter => $"filter={PathSegment.Encode(filter)}"))}";
        await foreach (var item in EventStream.ReadAsync(run.Daemon, path, $"subscribe to {string.Join(' ', filters)}", cancellationToken))
        {
            if (item.EventType == "dropped")
            {
                await run.Terminal.Error.WriteLineAsync($"roost: messages were lost because this reader is too slow: {Encoding.UTF8.GetString(item.Data)}");
                continue;
            }

            await run.WriteLineAsync(run.Json ? Encoding.UTF8.GetString(item.Data) : Line(run, item.Data));
            if (--count == 0)
            {
                return;
            }
        }
    }

    private static string Line(CommandRun run, byte[] data)
    {
        using var message = JsonDocument.Parse(data);
        var payload = message.RootElement.TryGetProperty("payloadBase64", out var bytes)
            ? $"base64:{bytes.GetString()}"
            : JsonText.Cell(message.RootElement, "payload");
        return run.Text($"{JsonText.Cell(message.RootElement, "topic")} {payload}");
    }
}
