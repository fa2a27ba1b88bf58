using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Create, Get, Update, Delete and ListAliases. A function that a folder gives has aliases like any other.</summary>
internal sealed partial class AliasEndpoints(FunctionHost host)
{
    private const int MaxName = 128;

    public async Task<JsonObject?> CreateAsync(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var request = await RequestParameters.ReadAsync(http);
        var asked = new FunctionAlias
        {
            Name = request.RequiredText("Name", min: 1, max: MaxName, pattern: Name()),
            FunctionVersion = request.RequiredText("FunctionVersion", min: 1, max: 1024),
            Description = request.Text("Description", max: FunctionParameters.MaxDescription) ?? "",
            AdditionalVersionWeights = Weights(request) ?? new Dictionary<string, double>(),
            RevisionId = FunctionRecord.NewRevision(),
        };
        request.RefuseOthers();
        await host.ChangeAsync(arn.Name, before =>
        {
            if (FunctionTarget.Required(before, arn).FindAlias(asked.Name) is not null)
            {
                throw RequestRefusedException.Conflict($"Alias already exists: {arn with { Qualifier = asked.Name }}");
            }

            Check(before, asked);
            return before with { Aliases = [.. before.Aliases, asked] };
        });
        return Of(arn, asked);
    }

    public JsonObject? Get(HttpContext http)
    {
        var (arn, name) = Read(http);
        return Of(arn, FunctionTarget.FindRecord(host, arn).FindAlias(name) ?? throw NoAlias(arn, name));
    }

    public async Task<JsonObject?> UpdateAsync(HttpContext http)
    {
        var (arn, name) = Read(http);
        var request = await RequestParameters.ReadAsync(http);
        var version = request.Text("FunctionVersion", min: 1, max: 1024);
        var description = request.Text("Description", max: FunctionParameters.MaxDescription);
        var weights = Weights(request);
        var revision = request.Text("RevisionId");
        request.RefuseOthers();
        FunctionAlias? updated = null;
        await host.ChangeAsync(arn.Name, before =>
        {
            var alias = FunctionTarget.Required(before, arn).FindAlias(name) ?? throw NoAlias(arn, name);
            FunctionTarget.RefuseRevision(revision, alias.RevisionId, "GetAlias");
            updated = alias with
            {
                FunctionVersion = version ?? alias.FunctionVersion,
                Description = description ?? alias.Description,
                AdditionalVersionWeights = weights ?? alias.AdditionalVersionWeights,
                RevisionId = FunctionRecord.NewRevision(),
            };
            Check(before, updated);
            return before with { Aliases = [.. before.Aliases.Select(other => other.Name == name ? updated : other)] };
        });
        return Of(arn, updated!);
    }

    /// <summary>An alias that is not there is no error, as in AWS.</summary>
    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var (arn, name) = Read(http);
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn).FindAlias(name) is null
            ? before
            : before with
            {
                Aliases = [.. before.Aliases.Where(alias => alias.Name != name)],
                Async = before.Async.Where(pair => pair.Key != name).ToDictionary(),
            });
        return null;
    }

    public JsonObject? List(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var version = http.Request.Query["FunctionVersion"].ToString();
        var aliases = FunctionTarget.FindRecord(host, arn).Aliases
            .Where(alias => version.Length == 0 || alias.FunctionVersion == version || alias.AdditionalVersionWeights.ContainsKey(version))
            .OrderBy(alias => alias.Name, StringComparer.Ordinal);
        return Page.Of(http, "Aliases", aliases.Select(alias => (alias.Name, Of(arn, alias))));
    }

    private static (FunctionArn Arn, string Name) Read(HttpContext http) =>
        (new FunctionArn(FunctionTarget.ReadName(http), null), (string)http.GetRouteValue("alias")!);

    private static IReadOnlyDictionary<string, double>? Weights(RequestParameters request)
    {
        if (request.Object("RoutingConfig") is not { } routing)
        {
            return null;
        }

        var weights = routing.Numbers("AdditionalVersionWeights") ?? new Dictionary<string, double>();
        routing.RefuseOthers();
        if (weights.Count > 1)
        {
            throw RequestRefusedException.InvalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
        }

        foreach (var (version, weight) in weights)
        {
            if (weight is not (>= 0 and <= 1))
            {
                throw routing.Constraint("AdditionalVersionWeights", $"{{{version}={weight}}}", "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]");
            }
        }

        return weights;
    }

    /// <summary>Every version that it names is there, and two are two numbers.</summary>
    private static void Check(FunctionRecord record, FunctionAlias alias)
    {
        foreach (var version in alias.AdditionalVersionWeights.Keys.Prepend(alias.FunctionVersion))
        {
            if (record.FindVersion(version) is null)
            {
                throw FunctionTarget.NotFound(new FunctionArn(record.Name, version));
            }

            if (version == FunctionArn.Latest && alias.AdditionalVersionWeights.Count > 0)
            {
                throw RequestRefusedException.InvalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
            }
        }

        if (alias.AdditionalVersionWeights.ContainsKey(alias.FunctionVersion))
        {
            throw RequestRefusedException.InvalidParameter($"Invalid function version {alias.FunctionVersion}. Function version {alias.FunctionVersion} is already included in routing configuration.");
        }
    }

    private static JsonObject Of(FunctionArn arn, FunctionAlias alias)
    {
        var answer = new JsonObject
        {
            ["AliasArn"] = (arn with { Qualifier = alias.Name }).ToString(),
            ["Name"] = alias.Name,
            ["FunctionVersion"] = alias.FunctionVersion,
            ["Description"] = alias.Description,
            ["RevisionId"] = alias.RevisionId,
        };
        if (alias.AdditionalVersionWeights.Count > 0)
        {
            answer["RoutingConfig"] = new JsonObject
            {
                ["AdditionalVersionWeights"] = new JsonObject(alias.AdditionalVersionWeights.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            };
        }

        return answer;
    }

    private static RequestRefusedException NoAlias(FunctionArn arn, string name) => RequestRefusedException.NotFound($"Cannot find alias arn: {arn with { Qualifier = name }}");

    /// <summary>As a version's number is a qualifier as well, an alias is none.</summary>
    [GeneratedRegex("^(?![0-9]+$)[a-zA-Z0-9_-]+$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Name();
}
