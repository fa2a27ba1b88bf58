using System.CommandLine;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;
using Roost.Cli.Things;

namespace Roost.Cli.Commands;

/// <summary><c>roost key create|list|activate|deactivate|delete</c>.</summary>
internal static class AccessKeyCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("key", "AWS access keys of this gateway, for AWS SDKs and the aws command")
    {
        Make(options, terminal),
        List(options, terminal),
        Switch("activate", "Let a key sign again", options, terminal),
        Switch("deactivate", "Let a key sign no more until it is activated again", options, terminal),
        Delete(options, terminal),
    };

    private static Command Make(GlobalOptions options, Terminal terminal)
    {
        var name = new Option<string?>("--name") { Description = "What people call it", HelpName = "NAME" };
        var thing = CredentialOptions.Thing();
        var policies = CredentialOptions.Policies();
        var command = new Command("create", "Make an access key and print it with its secret, this once") { name, thing, policies };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var made = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, "/api/v1/access-keys", RequestJson.Of(("name", run.Get(name)), ("thing", run.Get(thing)), ("policies", run.Get(policies))), "access key", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(made.RootElement);
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"AWS_ACCESS_KEY_ID={JsonText.Cell(made.RootElement, "accessKeyId")}");
            await run.WriteLineAsync($"AWS_SECRET_ACCESS_KEY={JsonText.Cell(made.RootElement, "secretAccessKey")}");
            var gateway = await GatewayAddress.FindAsync(run.Daemon, cancellationToken);
            await run.WriteLineAsync($"AWS_ENDPOINT_URL={gateway.Url}");
            await run.WriteLineAsync("AWS_DEFAULT_REGION=us-east-1");
            await run.WriteLineAsync("AWS_CA_BUNDLE=ca.crt");
            await run.WriteLineAsync("The secret is shown this once. 'roost ca export > ca.crt' writes the CA; any region will do.");
            await run.WriteLineAsync($"Tools older than 2023 do not know AWS_ENDPOINT_URL: give them --endpoint-url {gateway.Url}.");
            await CredentialOptions.TellNextAsync(run, made.RootElement, run.Get(policies));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All access keys, with their last use");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => CredentialOptions.ListAsync(
            run, "/api/v1/access-keys", "accessKeys", "list of access keys", ["ACCESS KEY", "NAME", "THING", "STATUS", "SINCE", "LAST USED"],
            key => [JsonText.Cell(key, "accessKeyId"), JsonText.Cell(key, "name"), JsonText.Cell(key, "thing"), JsonText.Cell(key, "status"), JsonText.Time(key, "createdAt"), JsonText.Time(key, "usedAt")], cancellationToken));
        return command;
    }

    private static Command Switch(string verb, string description, GlobalOptions options, Terminal terminal)
    {
        var id = Id();
        var command = new Command(verb, description) { id };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var key = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"/api/v1/access-keys/{PathSegment.Encode(run.Get(id))}/{verb}", content: null, $"access key {run.Get(id)}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(key.RootElement) : $"Access key {run.Get(id)} is {JsonText.Cell(key.RootElement, "status")}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var id = Id();
        var command = new Command("delete", "Delete an access key; its connections end") { id };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/access-keys/{PathSegment.Encode(run.Get(id))}", $"access key {run.Get(id)}", $"Access key {run.Get(id)} is gone."));
        return command;
    }

    private static Argument<string> Id() => new("KEY") { Description = "The access key, AKIA..." };
}
