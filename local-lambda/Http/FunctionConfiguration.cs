using System.Text.Json.Nodes;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Http.ControlPlane;

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
            configuration["Environment"] = new JsonObject { ["Variables"] = JsonTexts.Of(definition.Environment) };
            Add(configuration, definition.Lambda ?? new LambdaSettings());
        }

        return configuration;
    }

    /// <summary>What has no effect here, and what is the same for all: tools that compare look for it.</summary>
    private static void Add(JsonObject configuration, LambdaSettings settings)
    {
        configuration["Role"] = settings.Role.Length > 0 ? settings.Role : $"arn:aws:iam::{FunctionArn.Account}:role/roost";
        configuration["Architectures"] = new JsonArray(settings.Architecture ?? FunctionParameters.Architecture);
        configuration["EphemeralStorage"] = new JsonObject { ["Size"] = settings.EphemeralStorage ?? 512 };
        configuration["TracingConfig"] = new JsonObject { ["Mode"] = settings.TracingMode ?? "PassThrough" };
        configuration["SnapStart"] = new JsonObject { ["ApplyOn"] = settings.SnapStart ?? "None", ["OptimizationStatus"] = "Off" };
        configuration["LoggingConfig"] = new JsonObject { ["LogFormat"] = "Text", ["LogGroup"] = $"/aws/lambda/{configuration["FunctionName"]}" };
    }
}
