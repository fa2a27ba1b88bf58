using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost client list|show|kick</c>.</summary>
internal static class ClientCommands
{
    public static Command Create(GlobalOptions options, Terminal terminal) => new("client", "MQTT clients and their sessions")
    {
        List(options, terminal),
        Show(options, terminal),
        Kick(options, terminal),
    };

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var prefix = new Argument<string>("PREFIX") { Description = "Only clients whose names begin so", Arity = ArgumentArity.ZeroOrOne };
        var state = new Option<string?>("--state") { Description = "Only clients that are here, or that are away and whose sessions are kept", HelpName = "connected|away" };
        state.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.Tokens[0].Value is not ("connected" or "away"))
            {
                result.AddError($"--state is connected or away, not '{result.Tokens[0].Value}'.");
            }
        });
        var command = new Command("list", "All clients, those that are away included") { prefix, state };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"/api/v1/clients?prefix={PathSegment.Encode(run.Optional(prefix) ?? "")}&state={run.Get(state)}";
            var table = new Table("CLIENT", "STATE", "SINCE", "ADDRESS", "FILTERS", "QUEUED", "DROPPED");
            await foreach (var client in Pages.ReadAsync(run.Daemon, path, "clients", "list of clients", cancellationToken))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(client);
                    continue;
                }

                table.Add(
                    JsonText.Cell(client, "id"), JsonText.Cell(client, "state"), Since(client), JsonText.Cell(client, "address"),
                    JsonText.Cell(client, "subscriptionCount"), JsonText.Cell(client, "queued"), JsonText.Cell(client, "dropped"));
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
        var name = Name();
        var command = new Command("show", "Everything about one client: connection, session, subscriptions, what it lost and why") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var client = await run.Daemon.GetJsonAsync($"/api/v1/clients/{PathSegment.Encode(run.Get(name))}", $"client {run.Get(name)}", cancellationToken);
            if (run.Json)
            {
                await run.WriteJsonAsync(client.RootElement);
                return ExitCode.Done;
            }

            run.Write(Facts(client.RootElement));
            var subscriptions = new Table("SUBSCRIPTION", "QOS", "OPTIONS");
            foreach (var subscription in Listing.Of(client.RootElement, "subscriptions"))
            {
                subscriptions.Add(JsonText.Cell(subscription, "filter"), JsonText.Cell(subscription, "qos"), Options(subscription));
            }

            if (subscriptions.Rows.Count > 0)
            {
                await run.WriteLineAsync("");
                run.Write(subscriptions);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Kick(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var session = new Option<bool>("--session") { Description = "End its session too: subscriptions and waiting messages go, also of a client that is away" };
        var command = new Command("kick", "Close a client's connection; it may come back and go on with its session") { name, session };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var path = $"/api/v1/clients/{PathSegment.Encode(run.Get(name))}{(run.Get(session) ? "?session=true" : "")}";
            try
            {
                using var response = await run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, $"kick {run.Get(name)}", cancellationToken);
                return ExitCode.Done;
            }
            catch (DaemonException exception) when (exception.Status == System.Net.HttpStatusCode.Conflict)
            {
                throw new DaemonException($"kick {run.Get(name)}: it is away, and its session is kept; --session ends it", exception); // the daemon's remedy speaks of HTTP
            }
        });
        return command;
    }

    private static Argument<string> Name() => new("CLIENT") { Description = "The client's identifier" };

    private static Table Facts(JsonElement client)
    {
        var table = new Table("CLIENT", "HOW IT IS");
        Add(table, "identifier", JsonText.Cell(client, "id"));
        Add(table, "state", $"{JsonText.Cell(client, "state")} since {Since(client)}");
        Add(table, "address", JsonText.Cell(client, "address"));
        Add(table, "listener", JsonText.Cell(client, "listener"));
        Add(table, "transport", JsonText.Cell(client, "transport") is { Length: > 0 } transport && JsonText.Cell(client, "tls") == "true" ? $"{transport}, TLS" : JsonText.Cell(client, "transport"));
        Add(table, "identity", JsonText.Cell(client, "identity"));
        Add(table, "credential", JsonText.Cell(client, "credential"));
        Add(table, "protocol", $"MQTT {JsonText.Cell(client, "protocol")}");
        Add(table, "keep-alive", Seconds(client, "keepAliveSeconds"));
        Add(table, "session", Session(client));
        Add(table, "will on", JsonText.Cell(client, "willTopic"));
        Add(table, "bytes", JsonText.Cell(client, "bytesReceived") is { Length: > 0 } received ? $"{received} received, {JsonText.Cell(client, "bytesSent")} sent, {JsonText.Cell(client, "unsentBytes")} unsent" : "");
        Add(table, "messages", $"{JsonText.Cell(client, "queued")} queued, of these {JsonText.Cell(client, "inflight")} in flight; {JsonText.Cell(client, "inboundInflight")} coming in");
        Add(table, "dropped", Drops(client));
        return table;
    }

    private static void Add(Table table, string name, string value)
    {
        if (value.Length > 0)
        {
            table.Add(name, value);
        }
    }

    private static string Since(JsonElement client) => JsonText.Time(client, "since") is { Length: > 0 } time ? time : "?";

    private static string Seconds(JsonElement parent, string name) => JsonText.Cell(parent, name) is { Length: > 0 } seconds ? $"{seconds} s" : "";

    private static string Session(JsonElement client)
    {
        var ends = JsonText.Time(client, "sessionExpiresAt");
        return ends.Length > 0 ? $"ends {ends}"
            : JsonText.Cell(client, "sessionExpirySeconds") is var seconds && seconds == "0" ? "ends with the connection"
            : $"kept for {seconds} s after the connection";
    }

    private static string Drops(JsonElement client) => client.TryGetProperty("drops", out var drops) && drops.ValueKind == JsonValueKind.Object && drops.EnumerateObject().Any()
        ? string.Join(", ", drops.EnumerateObject().Select(static drop => string.Create(CultureInfo.InvariantCulture, $"{JsonText.Cell(drop.Value)} {drop.Name}")))
        : "0";

    private static string Options(JsonElement subscription)
    {
        var options = new List<string>();
        if (JsonText.Cell(subscription, "noLocal") == "true")
        {
            options.Add("no local");
        }

        if (JsonText.Cell(subscription, "retainAsPublished") == "true")
        {
            options.Add("retain as published");
        }

        if (JsonText.Cell(subscription, "identifier") is { Length: > 0 } identifier)
        {
            options.Add($"identifier {identifier}");
        }

        return string.Join(", ", options);
    }
}
