using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>GetFunction, GetFunctionConfiguration, UpdateFunctionConfiguration, DeleteFunction.</summary>
internal sealed class ConfigurationEndpoints(FunctionHost host)
{
    /// <summary>Where <see cref="CodeEndpoints.DownloadAsync"/> is mapped.</summary>
    public const string DownloadPath = "/api/v1/functions/{function}/versions/{version}/code";

    public JsonObject? Get(HttpContext http)
    {
        var arn = FunctionTarget.Read(http);
        var function = FunctionTarget.Find(host, arn);
        var answer = new JsonObject { ["Configuration"] = Describe(function, arn) };
        if (function.Record is { } record)
        {
            answer["Code"] = CodeOf(http, FunctionTarget.Version(record, arn));
            answer["Tags"] = JsonTexts.Of(record.Tags);
            if (ConcurrencyEndpoints.Of(record.ReservedConcurrency) is { } concurrency)
            {
                answer["Concurrency"] = concurrency;
            }
        }

        return answer;
    }

    public JsonObject? GetConfiguration(HttpContext http)
    {
        var arn = FunctionTarget.Read(http);
        return Describe(FunctionTarget.Find(host, arn), arn);
    }

    public async Task<JsonObject?> UpdateAsync(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var request = await RequestParameters.ReadAsync(http);
        var description = request.Text("Description", max: FunctionParameters.MaxDescription);
        var revision = request.Text("RevisionId");
        var record = await host.ChangeAsync(arn.Name, before =>
        {
            FunctionTarget.RefuseFolders(FunctionTarget.Required(before, arn));
            var settings = FunctionParameters.Read(request, before.Latest.Lambda ?? new LambdaSettings());
            request.RefuseOthers();
            FunctionTarget.RefuseRevision(revision, before.Latest.RevisionId, "GetFunction");
            using var package = host.Code.Find(before.Latest.CodeSha256, before.Latest.CodeSize)
                ?? throw RequestRefusedException.Conflict($"The code of function {arn.Name} is missing; send it again with UpdateFunctionCode.");
            try
            {
                var latest = host.Zips.Define(arn.Name, settings, description ?? before.Latest.Description, package, before.Latest.InheritedFile);
                CallerRights.DemandFor(http, latest, before); // its environment and its handler decide what the code does with what it has
                return before with { Latest = latest };
            }
            catch (InvalidCodeException fault)
            {
                throw RequestRefusedException.InvalidParameter(fault.Message);
            }
        });
        return FunctionConfiguration.Of(FunctionTarget.Find(host, arn), record.Latest, qualifier: null);
    }

    /// <summary>The function with all that belongs to it, or with a qualifier one version of it.</summary>
    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var arn = FunctionTarget.Read(http);
        if (arn.Qualifier is null)
        {
            try
            {
                await host.RemoveAsync(arn.Name, FunctionTarget.RefuseFolders);
                return null;
            }
            catch (FunctionNotFoundException)
            {
                throw FunctionTarget.NotFound(arn);
            }
        }

        if (!arn.Qualifier.All(char.IsAsciiDigit))
        {
            throw RequestRefusedException.InvalidParameter(arn.Qualifier == FunctionArn.Latest
                ? "$LATEST version cannot be deleted without deleting the function."
                : "Deletion of aliases is not currently supported. Use DeleteAlias for that.");
        }

        await host.ChangeAsync(arn.Name, before =>
        {
            var users = FunctionTarget.Required(before, arn).Aliases.Where(alias => alias.FunctionVersion == arn.Qualifier || alias.AdditionalVersionWeights.ContainsKey(arn.Qualifier)).Select(alias => alias.Name).ToArray();
            if (before.IsServing(arn.Qualifier))
            {
                throw RequestRefusedException.Conflict($"Version {arn.Qualifier} of function {arn.Name} cannot be deleted: a rollout is in progress, in which it serves calls.");
            }

            return users.Length > 0
                ? throw RequestRefusedException.Conflict($"Version {arn.Qualifier} of function {arn.Name} cannot be deleted: the aliases [{string.Join(", ", users)}] point to it.")
                : before with
                {
                    Versions = [.. before.Versions.Where(version => version.Version != arn.Qualifier)],
                    DeployedVersions = [.. before.DeployedVersions.Where(version => version != arn.Qualifier)],
                    Async = before.Async.Where(pair => pair.Key != arn.Qualifier).ToDictionary(),
                };
        });
        return null;
    }

    private static JsonObject Describe(Function function, FunctionArn arn)
    {
        if (function.Record is { } record)
        {
            return FunctionConfiguration.Of(function, FunctionTarget.Version(record, arn), arn.Qualifier);
        }

        return arn.Qualifier is null ? FunctionConfiguration.Of(function, definition: null, qualifier: null) : throw FunctionTarget.NotFound(arn);
    }

    private JsonObject CodeOf(HttpContext http, FunctionDefinition definition)
    {
        if (host.Code.ZipOf(definition.CodeSha256) is null)
        {
            return new JsonObject { ["RepositoryType"] = "Folder" };
        }

        var path = DownloadPath.Replace("{function}", definition.Name, StringComparison.Ordinal).Replace("{version}", Uri.EscapeDataString(definition.Version), StringComparison.Ordinal);
        return new JsonObject { ["RepositoryType"] = "S3", ["Location"] = $"{http.Request.Scheme}://{http.Request.Host}{path}" };
    }
}
