using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>GetAccountSettings: what the gateway as a whole allows and holds.</summary>
internal sealed class AccountEndpoint(FunctionHost host)
{
    /// <summary>AWS's own figure: what one gateway may have under way is bounded function by function.</summary>
    private const int ConcurrentExecutions = 1000;

    public JsonObject? Get(HttpContext http)
    {
        var records = host.Functions.Select(status => host.TryFind(status.Name, out var function) ? function.Record : null).OfType<Registry.FunctionRecord>().ToList();
        return new JsonObject
        {
            ["AccountLimit"] = new JsonObject
            {
                ["TotalCodeSize"] = host.FreeCodeBytes(),
                ["CodeSizeUnzipped"] = host.MaxCodeBytes,
                ["CodeSizeZipped"] = FunctionUpload.MaxZipBytes,
                ["ConcurrentExecutions"] = ConcurrentExecutions,
                ["UnreservedConcurrentExecutions"] = Math.Max(0, ConcurrentExecutions - records.Sum(record => record.ReservedConcurrency ?? 0)),
            },
            ["AccountUsage"] = new JsonObject
            {
                ["TotalCodeSize"] = records.SelectMany(record => record.All).DistinctBy(version => version.CodeSha256).Sum(version => version.CodeSize),
                ["FunctionCount"] = records.Count,
            },
        };
    }
}
