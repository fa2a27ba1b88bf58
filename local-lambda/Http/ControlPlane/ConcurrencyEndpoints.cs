using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Put, Get and DeleteFunctionConcurrency: how much of a function, over all its versions, may be under way at a time.</summary>
internal sealed class ConcurrencyEndpoints(FunctionHost host)
{
    private const int Most = 1000;

    public async Task<JsonObject?> PutAsync(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var request = await RequestParameters.ReadAsync(http);
        var reserved = request.Number("ReservedConcurrentExecutions", 0, Most) ?? throw request.Missing("ReservedConcurrentExecutions");
        request.RefuseOthers();
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn) with { ReservedConcurrency = reserved });
        return Of(reserved);
    }

    public JsonObject? Get(HttpContext http) =>
        Of(FunctionTarget.FindRecord(host, new FunctionArn(FunctionTarget.ReadName(http), null)).ReservedConcurrency) ?? [];

    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn) with { ReservedConcurrency = null });
        return null;
    }

    /// <returns>Null for a function that nothing is reserved for.</returns>
    public static JsonObject? Of(int? reserved) => reserved is null ? null : new JsonObject { ["ReservedConcurrentExecutions"] = reserved };
}
