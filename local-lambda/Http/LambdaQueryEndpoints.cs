using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http;

/// <summary>AWS Lambda's ListFunctions, GetFunction and GetFunctionConfiguration, read only.</summary>
internal sealed class LambdaQueryEndpoints(FunctionHost host)
{
    public Task ListAsync(HttpContext http)
    {
        var functions = new JsonArray();
        foreach (var status in host.Functions)
        {
            if (host.TryFind(status.Name, out var function))
            {
                functions.Add((JsonNode)Configuration(function));
            }
        }

        return WriteAsync(http, new JsonObject { ["Functions"] = functions });
    }

    public Task GetAsync(HttpContext http) => WithFunctionAsync(http, function => new JsonObject
    {
        ["Configuration"] = Configuration(function),
        ["Code"] = new JsonObject { ["RepositoryType"] = "Folder" },
        ["Tags"] = new JsonObject(),
    });

    public Task GetConfigurationAsync(HttpContext http) => WithFunctionAsync(http, Configuration);

    private async Task WithFunctionAsync(HttpContext http, Func<Function, JsonObject> describe)
    {
        if (!FunctionName.TryRead(http, out var name, out var qualifier, out var error))
        {
            await error.WriteAsync(http);
        }
        else if (qualifier != FunctionArn.Latest || !host.TryFind(name, out var function))
        {
            var arn = new FunctionArn(name, qualifier == FunctionArn.Latest ? null : qualifier);
            await LambdaError.Of(new FunctionNotFoundException(arn.ToString()))!.WriteAsync(http);
        }
        else
        {
            await WriteAsync(http, describe(function));
        }
    }

    private static JsonObject Configuration(Function function)
    {
        var definition = function.Definition;
        var configuration = new JsonObject
        {
            ["FunctionName"] = function.Name,
            ["FunctionArn"] = new FunctionArn(function.Name, null).ToString(),
            ["Version"] = FunctionArn.Latest,
            ["PackageType"] = "Zip",
            ["Description"] = "",
            ["State"] = function.Pool is null ? "Failed" : "Active",
            ["LastUpdateStatus"] = function.Pool is null ? "Failed" : "Successful",
        };
        if (function.Pool is null)
        {
            configuration["StateReason"] = string.Join(" ", function.Faults);
            configuration["StateReasonCode"] = "FunctionError";
        }

        if (definition is not null)
        {
            configuration["Runtime"] = definition.Runtime.Name;
            configuration["Handler"] = definition.Handler;
            configuration["MemorySize"] = definition.MemoryMebibytes;
            configuration["Timeout"] = (int)Math.Ceiling(definition.Timeout.TotalSeconds);
            configuration["LastModified"] = Directory.GetLastWriteTimeUtc(definition.Folder).ToString("yyyy-MM-ddTHH:mm:ss.fff") + "+0000";

            // Names only: values are often secrets, and more people may read this than may run the function.
            configuration["Environment"] = new JsonObject
            {
                ["Variables"] = new JsonObject(definition.Environment.Keys.Select(name => KeyValuePair.Create(name, (JsonNode?)"***"))),
            };
        }

        return configuration;
    }

    private static Task WriteAsync(HttpContext http, JsonObject body) =>
        RawResponse.WriteAsync(http, "application/json", JsonSerializer.SerializeToUtf8Bytes(body));
}
