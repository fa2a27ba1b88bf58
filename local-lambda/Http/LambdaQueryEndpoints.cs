using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http;

/// <summary>AWS Lambda's ListFunctions, GetFunction and GetFunctionConfiguration, read only.</summary>
internal sealed class LambdaQueryEndpoints(FunctionHost host)
{
    // A hash in base64 holds +, which is nobody's danger in an answer that is no HTML.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public Task ListAsync(HttpContext http)
    {
        var functions = new JsonArray();
        foreach (var status in host.Functions)
        {
            if (host.TryFind(status.Name, out var function))
            {
                functions.Add((JsonNode)FunctionConfiguration.Of(function, function.Record?.Latest, qualifier: null));
            }
        }

        return WriteAsync(http, new JsonObject { ["Functions"] = functions });
    }

    public Task GetAsync(HttpContext http) => WithVersionAsync(http, configuration => new JsonObject
    {
        ["Configuration"] = configuration,
        ["Code"] = new JsonObject { ["RepositoryType"] = "Folder" },
        ["Tags"] = new JsonObject(),
    });

    public Task GetConfigurationAsync(HttpContext http) => WithVersionAsync(http, configuration => configuration);

    private async Task WithVersionAsync(HttpContext http, Func<JsonObject, JsonObject> describe)
    {
        if (!FunctionName.TryRead(http, out var name, out var qualifier, out var error))
        {
            await error.WriteAsync(http);
        }
        else if (!host.TryFind(name, out var function) || (function.Record is { } record ? record.Resolve(qualifier, chance: 1) is null : qualifier is not null))
        {
            await LambdaError.Of(new FunctionNotFoundException(new FunctionArn(name, qualifier).ToString()))!.WriteAsync(http);
        }
        else
        {
            await WriteAsync(http, describe(FunctionConfiguration.Of(function, function.Record?.Resolve(qualifier, chance: 1), qualifier)));
        }
    }

    private static Task WriteAsync(HttpContext http, JsonObject body) =>
        RawResponse.WriteAsync(http, "application/json", JsonSerializer.SerializeToUtf8Bytes(body, s_json));
}
