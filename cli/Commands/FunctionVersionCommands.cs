using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn versions|publish|aliases|alias|delete</c>, over the paths of AWS Lambda.</summary>
internal static class FunctionVersionCommands
{
    private const string Root = "/2015-03-31/functions/";

    public static IEnumerable<Command> Create(GlobalOptions options, Terminal terminal) =>
        [Versions(options, terminal), Publish(options, terminal), Aliases(options, terminal), Alias(options, terminal), Delete(options, terminal)];

    private static Command Versions(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("versions", "The versions of a function") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ListAsync(
            run, $"{Path(run.Get(name))}/versions", "Versions", $"versions of {run.Get(name)}", new Table("VERSION", "MODIFIED", "SIZE", "CODE", "DESCRIPTION"),
            version => [JsonText.Cell(version, "Version"), JsonText.Cell(version, "LastModified"), JsonText.Cell(version, "CodeSize"), JsonText.Cell(version, "CodeSha256"), JsonText.Cell(version, "Description")],
            cancellationToken));
        return command;
    }

    private static Command Aliases(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("aliases", "The aliases of a function, and the versions that they lead to") { name };
        CommandRun.Define(command, options, terminal, (run, cancellationToken) => ListAsync(
            run, $"{Path(run.Get(name))}/aliases", "Aliases", $"aliases of {run.Get(name)}", new Table("ALIAS", "VERSION", "ALSO", "DESCRIPTION"),
            alias => [JsonText.Cell(alias, "Name"), JsonText.Cell(alias, "FunctionVersion"), Weights(alias), JsonText.Cell(alias, "Description")],
            cancellationToken));
        return command;
    }

    private static Command Publish(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var description = new Option<string?>("--description") { Description = "What is new in it", HelpName = "TEXT" };
        var command = new Command("publish", "Make what runs now a version that stays as it is, and print its number") { name, description };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            using var body = DaemonClient.Body(Object(json => json.WriteString("Description", run.Get(description) ?? "")), "application/json");
            using var published = await run.Daemon.SendJsonAsync(HttpMethod.Post, $"{Path(run.Get(name))}/versions", body, $"publish {run.Get(name)}", cancellationToken);
            await WriteAsync(run, published, "Version");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Alias(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var alias = new Argument<string>("ALIAS") { Description = "Name of the alias" };
        var version = new Argument<string>("VERSION") { Description = "Number of the version that it leads to" };
        var weight = new Option<string?>("--weight") { Description = "Another version and its share of the calls, like 4=0.1", HelpName = "VERSION=SHARE" };
        weight.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryReadWeight(result.Tokens[0].Value, out _, out _))
            {
                result.AddError($"--weight is a version and its share from 0 to 1, like 4=0.1, not '{result.Tokens[0].Value}'.");
            }
        });
        var set = new Command("set", "Make an alias, or lead it to another version") { name, alias, version, weight };
        CommandRun.Define(set, options, terminal, async (run, cancellationToken) =>
        {
            var what = $"set {run.Get(alias)} of {run.Get(name)}";
            var path = $"{Path(run.Get(name))}/aliases";
            var content = Object(json => WriteAlias(json, run.Get(alias), run.Get(version), run.Get(weight)));
            using var changed = await PutAsync(run, path, run.Get(alias), content, what, cancellationToken);
            await WriteAsync(run, changed, "AliasArn");
            return ExitCode.Done;
        });
        var delete = new Command("delete", "Remove an alias") { name, alias };
        CommandRun.Define(delete, options, terminal, async (run, cancellationToken) =>
        {
            using var response = await run.Daemon.SendAsync(
                HttpMethod.Delete, $"{Path(run.Get(name))}/aliases/{PathSegment.Encode(run.Get(alias))}", content: null, $"delete {run.Get(alias)} of {run.Get(name)}", cancellationToken);
            return ExitCode.Done;
        });
        return new Command("alias", "Make, change and remove aliases") { set, delete };
    }

    /// <summary>An alias that is not there yet is made.</summary>
    private static async Task<JsonDocument> PutAsync(CommandRun run, string path, string alias, byte[] content, string what, CancellationToken cancellationToken)
    {
        try
        {
            using var body = DaemonClient.Body(content, "application/json");
            return await run.Daemon.SendJsonAsync(HttpMethod.Put, $"{path}/{PathSegment.Encode(alias)}", body, what, cancellationToken);
        }
        catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            using var body = DaemonClient.Body(content, "application/json");
            return await run.Daemon.SendJsonAsync(HttpMethod.Post, path, body, what, cancellationToken);
        }
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var version = new Option<string?>("--version") { Description = "This version only", HelpName = "N" };
        var command = new Command("delete", "Remove a function with all its versions and aliases; one from a folder comes back unless the folder goes too") { name, version };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var qualifier = run.Get(version) is { } number ? $"?Qualifier={PathSegment.Encode(number)}" : "";
            using var response = await run.Daemon.SendAsync(HttpMethod.Delete, Path(run.Get(name)) + qualifier, content: null, $"delete {run.Get(name)}", cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Goes through all pages of one of Lambda's lists.</summary>
    private static async Task<int> ListAsync(CommandRun run, string path, string member, string what, Table table, Func<JsonElement, string[]> cells, CancellationToken cancellationToken)
    {
        for (string? marker = ""; marker is not null;)
        {
            using var page = await run.Daemon.GetJsonAsync(marker.Length == 0 ? path : $"{path}?Marker={PathSegment.Encode(marker)}", what, cancellationToken);
            foreach (var item in Listing.Of(page.RootElement, member))
            {
                if (run.Json)
                {
                    await run.WriteJsonAsync(item);
                }
                else
                {
                    table.Add(cells(item));
                }
            }

            marker = JsonText.Cell(page.RootElement, "NextMarker") is { Length: > 0 } next ? next : null;
        }

        if (!run.Json)
        {
            run.Write(table);
        }

        return ExitCode.Done;
    }

    private static Task WriteAsync(CommandRun run, JsonDocument answer, string member) =>
        run.Json ? run.WriteJsonAsync(answer.RootElement) : run.WriteLineAsync(run.Text(JsonText.Cell(answer.RootElement, member)));

    private static string Weights(JsonElement alias) =>
        alias.TryGetProperty("RoutingConfig", out var routing) && routing.ValueKind == JsonValueKind.Object && routing.TryGetProperty("AdditionalVersionWeights", out var weights) && weights.ValueKind == JsonValueKind.Object
            ? string.Join(", ", weights.EnumerateObject().Select(weight => string.Create(CultureInfo.InvariantCulture, $"{weight.Name}={weight.Value.GetDouble():0.###}")))
            : "";

    private static void WriteAlias(Utf8JsonWriter json, string alias, string version, string? weight)
    {
        json.WriteString("Name", alias);
        json.WriteString("FunctionVersion", version);
        json.WriteStartObject("RoutingConfig");
        json.WriteStartObject("AdditionalVersionWeights");
        if (weight is not null && TryReadWeight(weight, out var other, out var share))
        {
            json.WriteNumber(other, share);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static bool TryReadWeight(string text, out string version, out double share)
    {
        var parts = text.Split('=');
        (version, share) = (parts[0], 0);
        return parts.Length == 2 && version.Length > 0 && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1;
    }

    private static byte[] Object(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static string Path(string name) => Root + PathSegment.Encode(name);

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };
}
