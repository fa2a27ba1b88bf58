using System.Text.Json.Nodes;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Http;

/// <summary>AWS Lambda's FunctionConfiguration: one version of a function as its API describes it.</summary>
internal static class FunctionConfiguration
{
    /// <param name="definition">Null for a folder that could not be deployed.</param>
    /// <param name="qualifier">The version or alias that was asked for; the ARN repeats it.</param>
    public static JsonObject Of(Function function, FunctionDefinition? definition, string? qualifier)
    {
        var configuration = new JsonObject
        {
            ["FunctionName"] = function.Name,
            ["FunctionArn"] = new FunctionArn(function.Name, qualifier).ToString(),
            ["Version"] = definition?.Version ?? FunctionArn.Latest,
            ["PackageType"] = "Zip",
            ["Description"] = definition?.Description ?? "",
            ["State"] = function.IsReady ? "Active" : "Failed",
            ["LastUpdateStatus"] = function.Faults.Count == 0 ? "Successful" : "Failed",
        };
        if (!function.IsReady)
        {
            configuration["StateReason"] = string.Join(" ", function.Status().Faults);
            configuration["StateReasonCode"] = "FunctionError";
        }

        if (function.Faults.Count > 0)
        {
            configuration["LastUpdateStatusReason"] = string.Join(" ", function.Faults);
            configuration["LastUpdateStatusReasonCode"] = "FunctionError";
        }

        if (definition is not null)
        {
            configuration["Runtime"] = definition.Runtime.Name;
            configuration["Handler"] = definition.Handler;
            configuration["CodeSha256"] = definition.CodeSha256;
            configuration["CodeSize"] = definition.CodeSize;
            configuration["MemorySize"] = definition.MemoryMebibytes;
            configuration["Timeout"] = (int)Math.Ceiling(definition.Timeout.TotalSeconds);
            configuration["LastModified"] = definition.LastModified.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff") + "+0000";
            configuration["RevisionId"] = definition.RevisionId;

            // Names only: values are often secrets, and more people may read this than may run the function.
            configuration["Environment"] = new JsonObject
            {
                ["Variables"] = new JsonObject(definition.Environment.Keys.Select(name => KeyValuePair.Create(name, (JsonNode?)"***"))),
            };
        }

        return configuration;
    }
}
