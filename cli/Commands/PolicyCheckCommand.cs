using System.CommandLine;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost policy check</c>: what would become of a request, and why; fails when it is not allowed.</summary>
internal static class PolicyCheckCommand
{
    public static Command Create(GlobalOptions options, Terminal terminal)
    {
        var subject = new Argument<string>("WHO") { Description = "A thing's name, or cert/FINGERPRINT, user/NAME, token/ID, key/ID; group/NAME for what a thing has by its group alone" };
        var action = new Argument<string>("ACTION") { Description = "connect, publish, retain, subscribe, receive, get-shadow, update-shadow, delete-shadow, invoke, read, write, or an action of policies like iot:GetConnection" };
        var resource = new Argument<string>("RESOURCE") { Description = "Topic, filter, client identifier, thing[/SHADOW], function or path; * where the action has none" };
        var client = new Option<string?>("--client-id") { Description = "As a client with this identifier; default the thing's name", HelpName = "ID" };
        var source = new Option<string?>("--source-ip") { Description = "From this address", HelpName = "IP" };
        var command = new Command("check", "Tell whether somebody may do something, and which policy says so; exit code 1 when not. Nothing is done") { subject, action, resource, client, source };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var request = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("subject", run.Get(subject));
                json.WriteString("action", run.Get(action));
                json.WriteString("resource", run.Get(resource));
                json.WriteString("clientId", run.Get(client));
                json.WriteString("sourceIp", run.Get(source));
                json.WriteEndObject();
            });
            using var body = DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(request), "application/json");
            using var answer = await run.Daemon.SendJsonAsync(HttpMethod.Post, "/api/v1/policies/check", body, $"check of {run.Get(subject)}", cancellationToken);
            var root = answer.RootElement;
            var isAllowed = root.TryGetProperty("allowed", out var allowed) && allowed.ValueKind == JsonValueKind.True;
            if (run.Json)
            {
                await run.WriteJsonAsync(root);
            }
            else
            {
                await run.WriteLineAsync(run.Text($"{(isAllowed ? "allowed" : "not allowed")}: {JsonText.Cell(root, "action")} on {JsonText.Cell(root, "resource")} as {JsonText.Cell(root, "principal")}"));
                foreach (var reason in Listing.Of(root, "because"))
                {
                    await run.WriteLineAsync(run.Text($"  {JsonText.Cell(reason)}"));
                }
            }

            return isAllowed ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
