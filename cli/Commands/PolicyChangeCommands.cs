using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost policy create|update|delete|attach|detach</c>.</summary>
internal static class PolicyChangeCommands
{
    private const string Path = "/api/v1/policies";

    public static Command Make(GlobalOptions options, Terminal terminal)
    {
        var name = PolicyCommands.NameArgument();
        var file = PolicyFile.Argument();
        var command = new Command("create", "Make a policy of a file; it holds for nobody until it is attached") { name, file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var policy = run.Get(name);
            var text = await PolicyFile.ReadAsync(run.Get(file), terminal, cancellationToken);
            var body = JsonText.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("name", policy);
                json.WriteString("document", text);
                json.WriteEndObject();
            });
            return await SendAsync(run, HttpMethod.Post, Path, body, $"create {policy}", $"policy {policy} made; 'roost policy attach {policy} TARGET' lets it hold", cancellationToken);
        });
        return command;
    }

    public static Command Update(GlobalOptions options, Terminal terminal)
    {
        var name = PolicyCommands.NameArgument();
        var file = PolicyFile.Argument();
        var command = new Command("update", "Put a file in the place of a policy; clients that are connected feel it at once") { name, file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var policy = run.Get(name);
            var text = await PolicyFile.ReadAsync(run.Get(file), terminal, cancellationToken);
            return await SendAsync(run, HttpMethod.Put, Of(policy), PolicyFile.Body(text), $"update {policy}", $"policy {policy} updated, also for clients that are connected", cancellationToken);
        });
        return command;
    }

    public static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = PolicyCommands.NameArgument();
        var command = new Command("delete", "Delete a policy that is attached to nothing") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) =>
            SendAsync(run, HttpMethod.Delete, Of(run.Get(name)), body: null, $"delete {run.Get(name)}", $"policy {run.Get(name)} deleted", cancellationToken));
        return command;
    }

    public static Command Attach(GlobalOptions options, Terminal terminal) =>
        Change("attach", "Let a policy hold for a thing, a group or a credential", HttpMethod.Put, "attached to", options, terminal);

    public static Command Detach(GlobalOptions options, Terminal terminal) =>
        Change("detach", "Let it hold no longer", HttpMethod.Delete, "detached from", options, terminal);

    private static Command Change(string verb, string description, HttpMethod method, string done, GlobalOptions options, Terminal terminal)
    {
        var name = PolicyCommands.NameArgument();
        var target = PolicyCommands.TargetArgument();
        var command = new Command(verb, description) { name, target };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) =>
        {
            var whom = PolicyCommands.Target(run.Get(target));
            return SendAsync(
                run, method, $"{Of(run.Get(name))}/targets?target={PathSegment.Encode(whom)}", body: null, $"{verb} {run.Get(name)}", $"policy {run.Get(name)} {done} {whom}, also for clients that are connected", cancellationToken);
        });
        return command;
    }

    private static string Of(string policy) => $"{Path}/{PathSegment.Encode(policy)}";

    private static async Task<int> SendAsync(CommandRun run, HttpMethod method, string path, string? body, string what, string done, CancellationToken cancellationToken)
    {
        using var content = body is null ? null : DaemonClient.Body(System.Text.Encoding.UTF8.GetBytes(body), "application/json");
        using var response = await run.Daemon.SendAsync(method, path, content, what, cancellationToken);
        if (!run.Json)
        {
            await run.WriteLineAsync(run.Text(done));
            if (body is not null)
            {
                using var policy = await DaemonClient.ReadJsonAsync(response, what, cancellationToken);
                await PolicyValidateCommand.WarnAsync(run, policy.RootElement);
            }
        }
        else if (response.StatusCode != System.Net.HttpStatusCode.NoContent)
        {
            using var answer = await DaemonClient.ReadJsonAsync(response, what, cancellationToken);
            await run.WriteJsonAsync(answer.RootElement);
        }

        return ExitCode.Done;
    }
}
