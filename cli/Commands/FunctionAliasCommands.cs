using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary><c>roost fn aliases</c> and <c>roost fn alias set|delete</c>.</summary>
internal static class FunctionAliasCommands
{
    public static IEnumerable<Command> Create(GlobalOptions options, Terminal terminal) =>
        [List(options, terminal), new Command("alias", "Make, change and remove aliases") { Set(options, terminal), Delete(options, terminal) }];

    private static Command List(GlobalOptions options, Terminal terminal)
    {
        var name = Name();
        var command = new Command("aliases", "The aliases of a function, and the versions that they lead to") { name };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) => await LambdaRequest.WriteAsync(
            run,
            await LambdaRequest.ListAsync(run, run.Get(name), "/aliases", "Aliases", $"aliases of {run.Get(name)}", cancellationToken),
            new Table("ALIAS", "VERSION", "ALSO", "DESCRIPTION"),
            alias => [JsonText.Cell(alias, "Name"), JsonText.Cell(alias, "FunctionVersion"), Weights(alias), JsonText.Cell(alias, "Description")]));
        return command;
    }

    private static Command Set(GlobalOptions options, Terminal terminal)
    {
        var (name, alias) = (Name(), Alias());
        var version = new Argument<string>("VERSION") { Description = "Number of the version that it leads to" };
        var weight = new Option<string?>("--weight") { Description = "Another version and its share of the calls, like 4=0.1", HelpName = "VERSION=SHARE" };
        weight.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryReadWeight(result.Tokens[0].Value, out _, out _))
            {
                result.AddError($"--weight is a version and its share from 0 to 1, like 4=0.1, not '{result.Tokens[0].Value}'.");
            }
        });
        var command = new Command("set", "Make an alias, or lead it to another version") { name, alias, version, weight };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var lead = new Lead(run.Get(alias), run.Get(version), run.Get(weight) is { } text && TryReadWeight(text, out var other, out var share) ? (other, share) : null);
            using var changed = await PutAsync(run, run.Get(name), lead, cancellationToken);
            await LambdaRequest.WriteAsync(run, changed, "AliasArn");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delete(GlobalOptions options, Terminal terminal)
    {
        var (name, alias) = (Name(), Alias());
        var command = new Command("delete", "Remove an alias") { name, alias };
        CommandRun.Define(command, options, terminal, async (run, cancellationToken) =>
        {
            var what = $"delete {run.Get(alias)} of {run.Get(name)}";
            var path = LambdaRequest.Path(run.Get(name), $"/aliases/{PathSegment.Encode(run.Get(alias))}");

            // Lambda deletes what is not there without a word; a name that was mistyped deserves one.
            using var known = await KnownFunctions.AskAsync(run, what, run.Get(name), run.Get(alias), () => run.Daemon.GetJsonAsync(path, what, cancellationToken), cancellationToken);
            using var response = await run.Daemon.SendAsync(HttpMethod.Delete, path, content: null, what, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>An alias that is not there yet is made.</summary>
    private static async Task<JsonDocument> PutAsync(CommandRun run, string function, Lead lead, CancellationToken cancellationToken)
    {
        var what = $"set {lead.Alias} of {function}";
        try
        {
            using var update = LambdaRequest.Body(lead.WriteTo);
            return await run.Daemon.SendJsonAsync(HttpMethod.Put, LambdaRequest.Path(function, $"/aliases/{PathSegment.Encode(lead.Alias)}"), update, what, cancellationToken);
        }
        catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            try
            {
                using var creation = LambdaRequest.Body(json =>
                {
                    json.WriteString("Name", lead.Alias);
                    lead.WriteTo(json);
                });
                return await run.Daemon.SendJsonAsync(HttpMethod.Post, LambdaRequest.Path(function, "/aliases"), creation, what, cancellationToken);
            }
            catch (DaemonException second) when (second.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // With a conflict the alias is there: what was not found is a version.
                throw await KnownFunctions.ExplainAsync(second.Status == HttpStatusCode.Conflict ? exception : second, run.Daemon, what, function, lead.Versions, withAliases: false, cancellationToken);
            }
        }
    }

    private static string Weights(JsonElement alias) =>
        alias.TryGetProperty("RoutingConfig", out var routing) && routing.ValueKind == JsonValueKind.Object && routing.TryGetProperty("AdditionalVersionWeights", out var weights) && weights.ValueKind == JsonValueKind.Object
            ? string.Join(", ", weights.EnumerateObject().Select(weight => string.Create(CultureInfo.InvariantCulture, $"{weight.Name}={weight.Value.GetDouble():0.###}")))
            : "";

    private static bool TryReadWeight(string text, out string version, out double share)
    {
        var parts = text.Split('=');
        (version, share) = (parts[0], 0);
        return parts.Length == 2 && version.Length > 0 && double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Name of the function" };

    private static Argument<string> Alias() => new("ALIAS") { Description = "Name of the alias" };

    /// <summary>Where an alias leads.</summary>
    private sealed record Lead(string Alias, string Version, (string Version, double Share)? Weight)
    {
        public IReadOnlyList<string> Versions => Weight is { } weight ? [Version, weight.Version] : [Version];

        /// <summary>What Lambda has in the body of UpdateAlias; the alias itself is in the path.</summary>
        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteString("FunctionVersion", Version);
            json.WriteStartObject("RoutingConfig");
            json.WriteStartObject("AdditionalVersionWeights");
            if (Weight is { } weight)
            {
                json.WriteNumber(weight.Version, weight.Share);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
