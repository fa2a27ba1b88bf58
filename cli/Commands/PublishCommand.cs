using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;

namespace Roost.Cli.Commands;

/// <summary><c>roost pub TOPIC PAYLOAD</c>: done when the broker has acknowledged, which at QoS 1 means kept.</summary>
internal static class PublishCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var topic = TopicArgument.Topic();
        var payload = DataArgument.Create("PAYLOAD", "What to publish");
        var qualityOfService = new Option<int>("--qos") { Description = "0 or 1", DefaultValueFactory = _ => 1, HelpName = "0|1" };
        qualityOfService.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("0" or "1"))
            {
                result.AddError($"--qos is 0 or 1, not '{result.Tokens[0].Value}'.");
            }
        });
        var retain = new Option<bool>("--retain") { Description = "Keep it as the topic's retained message; an empty payload removes that" };
        var command = new Command("pub", "Publish one message") { topic, payload, qualityOfService, retain };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var name = run.Get(topic);
            var bytes = await DataArgument.ReadAsync(run.Get(payload), terminal, cancellationToken);
            using var content = DaemonClient.Body(bytes, "application/octet-stream");
            var path = $"/topics/{PathSegment.Encode(name)}?qos={run.Get(qualityOfService)}&retain={(run.Get(retain) ? "true" : "false")}";
            using var response = await run.Daemon.SendAsync(HttpMethod.Post, path, content, $"publish to {name}", cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
