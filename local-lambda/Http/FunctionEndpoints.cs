using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http;

/// <summary>Roost's own view of functions: their state with reasons, their logs, their dead letters.</summary>
internal sealed class FunctionEndpoints(FunctionHost host, LogsEndpoint logs)
{
    private const int MaxDeadLetters = 100;

    public Task ListAsync(HttpContext http) =>
        OwnJson.WriteAsync(http, new { functions = host.Functions });

    public Task GetAsync(HttpContext http) =>
        WithFunctionAsync(http, function => OwnJson.WriteAsync(http, FunctionDetails.Of(function, host.Isolation)));

    public Task LogsAsync(HttpContext http) => WithFunctionAsync(http, function => logs.HandleAsync(http, function.Log));

    public Task AllLogsAsync(HttpContext http) => logs.HandleAsync(http, function: null);

    /// <summary>The newest dead letters, oldest first; <c>most</c> bounds their number.</summary>
    public Task DeadLettersAsync(HttpContext http) => WithFunctionAsync(http, async function =>
    {
        var most = int.TryParse(http.Request.Query["most"], out var asked) ? Math.Clamp(asked, 1, MaxDeadLetters) : MaxDeadLetters;
        using var body = new MemoryStream();
        body.Write("{\"deadLetters\":["u8);
        foreach (var (index, letter) in host.DeadLetters(function.Name, most).Index())
        {
            body.Write(index == 0 ? ""u8 : ","u8);
            body.Write(letter);
        }

        body.Write("]}\n"u8);
        await RawResponse.WriteAsync(http, "application/json", body.ToArray());
    });

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
