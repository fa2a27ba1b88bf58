using System.CommandLine;
using System.Text;
using Roost.Cli.Daemon;
using Roost.Cli.Input;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost user add|list|show|passwd|unlock|delete</c>.</summary>
internal static class UserCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("user", "Users with passwords, for MQTT clients that have no certificate")
    {
        Add(options, terminal),
        List(options, terminal),
        Show(options, terminal),
        Passwd(options, terminal),
        Unlock(options, terminal),
        Delete(options, terminal),
    };

    private static Command Add(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var thing = CredentialOptions.Thing();
        var policies = CredentialOptions.Policies();
        var file = HiddenInput.FileOption();
        var command = new Command("add", "Make a user; the password is asked for without echo, or read from standard input or a file") { name, thing, policies, file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var user = run.Get(name);
            var password = Encoding.UTF8.GetString(await HiddenInput.ReadAsync(run, run.Get(file), $"Password of {user}", cancellationToken));
            using var made = await run.Daemon.SendJsonAsync(
                HttpMethod.Post, "/api/v1/users", RequestJson.Of(("name", user), ("password", password), ("thing", run.Get(thing)), ("policies", run.Get(policies))), $"add user {user}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(made.RootElement);
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"User {user} was made.");
            await CredentialOptions.TellNextAsync(run, made.RootElement, run.Get(policies));
            await CredentialOptions.TellUseAsync(
                run, gateway => [FormattableString.Invariant($"mosquitto_sub --cafile ca.crt -h {gateway.Host} -p {gateway.PortOrUsual} -u {user} -P PASSWORD -i app/{user} -t 'robots/+/telemetry'")], cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var command = new Command("list", "All users, and who is locked out for guessing");
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => CredentialOptions.ListAsync(
            run, "/api/v1/users", "users", "list of users", ["USER", "THING", "PASSWORD SINCE", "LOCKED"],
            user => [JsonText.Cell(user, "name"), JsonText.Cell(user, "thing"), JsonText.Time(user, "passwordChangedAt"), JsonText.Cell(user, "locked")], cancellationToken));
        return command;
    }

    private static Command Show(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("show", "One user, and the wrong tries that are held against the name") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var user = await run.Daemon.GetJsonAsync($"/api/v1/users/{PathSegment.Encode(run.Get(name))}", $"user {run.Get(name)}", cancellationToken);
            var root = user.RootElement;
            if (run.Json)
            {
                await run.WriteJsonAsync(root);
                return ExitCode.Done;
            }

            await run.WriteLineAsync($"user            {JsonText.Cell(root, "name")}");
            await run.WriteLineAsync($"principal       {JsonText.Cell(root, "principal")}");
            await run.WriteLineAsync($"thing           {JsonText.Cell(root, "thing")}");
            await run.WriteLineAsync($"password since  {JsonText.Time(root, "passwordChangedAt")} ({JsonText.Cell(root, "passwordHash")})");
            var table = new Table("WRONG TRIES FROM", "HOW MANY", "LOCKED FOR");
            foreach (var held in Listing.Of(root, "locks"))
            {
                table.Add(JsonText.Cell(held, "source"), JsonText.Cell(held, "failures"), $"{JsonText.Cell(held, "lockedForSeconds")} s");
            }

            run.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Passwd(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var file = HiddenInput.FileOption();
        var command = new Command("passwd", "Give another password; connections that came in with the old one end") { name, file };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var user = run.Get(name);
            var password = Encoding.UTF8.GetString(await HiddenInput.ReadAsync(run, run.Get(file), $"New password of {user}", cancellationToken));
            using var changed = await run.Daemon.SendJsonAsync(HttpMethod.Put, $"/api/v1/users/{PathSegment.Encode(user)}/password", RequestJson.Of(("password", password)), $"password of {user}", cancellationToken);
            await run.WriteLineAsync(run.Json ? JsonText.Compact(changed.RootElement) : $"User {user} has another password.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Unlock(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("unlock", "Forget the wrong tries that are held against the name") { name };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/users/{PathSegment.Encode(run.Get(name))}/locks", $"user {run.Get(name)}", $"User {run.Get(name)} may try again."));
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("delete", "Delete a user; his connections end") { name };
        CredentialOptions.DefineDelete(command, options, terminal, run => ($"/api/v1/users/{PathSegment.Encode(run.Get(name))}", $"user {run.Get(name)}", $"User {run.Get(name)} is gone."));
        return command;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the user" };
}
