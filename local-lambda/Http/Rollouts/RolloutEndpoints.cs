using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;

namespace Roost.LocalLambda.Http.Rollouts;

/// <summary>How a rollout stands, and its end by hand.</summary>
internal sealed class RolloutEndpoints(FunctionHost host)
{
    public Task GetAsync(HttpContext http) => AnswerAsync(http, name =>
        host.TryFind(name, out var function) && function.Record is { } record
            ? Task.FromResult(record.Rollout is { } rollout
                ? RolloutView.Of(name, rollout, function.Figures)
                : throw new RolloutImpossibleException($"{name} has never had a rollout; 'roost fn deploy DIR --name {name} --canary 10%' begins one"))
            : throw new FunctionNotFoundException(name));

    public Task PromoteAsync(HttpContext http) => AnswerAsync(http, async name =>
        View(await host.ChangeAsync(name, record => (record ?? throw new FunctionNotFoundException(name)).Promote(host.Clock.GetUtcNow()))));

    /// <summary><c>to</c> in the query names a version; without it, the one before.</summary>
    public Task RollBackAsync(HttpContext http) => AnswerAsync(http, async name =>
    {
        var to = http.Request.Query["to"].ToString() is { Length: > 0 } version ? version : null;
        return View(await host.ChangeAsync(name, record => (record ?? throw new FunctionNotFoundException(name)).RollBack(to, host.Clock.GetUtcNow())));
    });

    /// <summary>What serves calls without a qualifier now, and the last rollout.</summary>
    internal static JsonObject View(FunctionRecord record) => new()
    {
        ["function"] = record.Name,
        ["codeSha256"] = record.Latest.CodeSha256,
        ["revisionId"] = record.Latest.RevisionId,
        ["sameAsVersion"] = record.Versions.LastOrDefault(version => FunctionRecord.IsSame(version, record.Latest))?.Version,
        ["rollout"] = record.Rollout is { } rollout ? RolloutView.Of(record.Name, rollout, null) : null,
    };

    /// <summary>Runs it, and turns its refusals into answers.</summary>
    internal static async Task AnswerAsync(HttpContext http, Func<string, Task<JsonObject>> handle)
    {
        var name = (string)http.GetRouteValue("function")!;
        try
        {
            await RawResponse.WriteAsync(http, "application/json", JsonSerializer.SerializeToUtf8Bytes(await handle(name)));
        }
        catch (FunctionNotFoundException)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"There is no function '{name}'.");
        }
        catch (RightMissingException exception)
        {
            await RefuseAsync(http, StatusCodes.Status403Forbidden, exception.Message);
        }
        catch (RolloutImpossibleException exception)
        {
            await RefuseAsync(http, StatusCodes.Status409Conflict, exception.Message);
        }
        catch (FunctionUnavailableException exception)
        {
            await RefuseAsync(http, StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
    }

    /// <param name="faults">What the message is put together from, where it is several things.</param>
    internal static Task RefuseAsync(HttpContext http, int status, string message, IReadOnlyList<string>? faults = null)
    {
        http.Response.StatusCode = status;
        return RawResponse.WriteAsync(http, "application/json", faults is { Count: > 0 } ? JsonSerializer.SerializeToUtf8Bytes(new { message, faults }) : JsonSerializer.SerializeToUtf8Bytes(new { message }));
    }
}
