using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http;

/// <summary>Roost's own view of functions: their state with reasons, their logs.</summary>
internal sealed class FunctionEndpoints(FunctionHost host, LogsEndpoint logs)
{
    public Task ListAsync(HttpContext http) =>
        OwnJson.WriteAsync(http, new { functions = host.Functions });

    public Task GetAsync(HttpContext http) =>
        WithFunctionAsync(http, function => OwnJson.WriteAsync(http, FunctionDetails.Of(function, host.StatusOf(function), host.TriggersOf(function), host.Isolation)));

    public Task LogsAsync(HttpContext http) => WithFunctionAsync(http, function => logs.HandleAsync(http, function.Log));

    public Task AllLogsAsync(HttpContext http) => logs.HandleAsync(http, function: null);

    private async Task WithFunctionAsync(HttpContext http, Func<Function, Task> handle)
    {
        var name = (string)http.GetRouteValue("function")!;
        if (host.TryFind(name, out var function))
        {
            await handle(function);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status404NotFound;
        await OwnJson.WriteAsync(http, new { message = $"There is no function '{name}'." });
    }
}
