using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Registry;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Put, Get, Update, Delete and ListFunctionEventInvokeConfigs: retries, age and destinations of asynchronous invocations.</summary>
internal sealed class EventInvokeConfigEndpoints(FunctionHost host)
{
    /// <summary>What is not named is as by default again.</summary>
    public Task<JsonObject?> PutAsync(HttpContext http) => ChangeAsync(http, _ => new AsyncSettings());

    /// <summary>What is not named stays.</summary>
    public Task<JsonObject?> UpdateAsync(HttpContext http) => ChangeAsync(http, before => before);

    public JsonObject? Get(HttpContext http)
    {
        var (arn, key) = Read(http);
        return FunctionTarget.FindRecord(host, arn).Async.TryGetValue(key, out var settings) ? Of(arn.Name, key, settings) : throw NoConfig(arn.Name, key);
    }

    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var (arn, key) = Read(http);
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn).Async.ContainsKey(key)
            ? before with { Async = before.Async.Where(pair => pair.Key != key).ToDictionary() }
            : throw NoConfig(arn.Name, key));
        return null;
    }

    public JsonObject? List(HttpContext http)
    {
        var arn = new FunctionArn(FunctionTarget.ReadName(http), null);
        var settings = FunctionTarget.FindRecord(host, arn).Async.OrderBy(pair => pair.Key, StringComparer.Ordinal);
        return Page.Of(http, "FunctionEventInvokeConfigs", settings.Select(pair => (pair.Key, Of(arn.Name, pair.Key, pair.Value))));
    }

    private static (FunctionArn Arn, string Key) Read(HttpContext http)
    {
        var arn = FunctionTarget.Read(http);
        return (arn, arn.Qualifier ?? FunctionArn.Latest);
    }

    private string? DestinationOf(HttpContext http, RequestParameters? config, string name, string? before)
    {
        if (config?.Object(name) is not { } side)
        {
            return before;
        }

        var text = side.Text("Destination", max: 350);
        side.RefuseOthers();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var member = $"destinationConfig.{char.ToLowerInvariant(name[0])}{name[1..]}.destination";
        if (!Destination.TryParse(text, out var destination))
        {
            throw RequestRefusedException.InvalidParameter($"{member}: {text} is no destination here; {Destination.Rule}.");
        }

        DestinationParameter.Check(http, host, destination, member);
        return destination.ToString();
    }

    private static JsonObject Of(string name, string key, AsyncSettings settings)
    {
        var answer = new JsonObject
        {
            ["LastModified"] = settings.LastModified.ToUnixTimeMilliseconds() / 1000.0,
            ["FunctionArn"] = new FunctionArn(name, key).ToString(),
            ["DestinationConfig"] = new JsonObject { ["OnSuccess"] = Side(settings.OnSuccess), ["OnFailure"] = Side(settings.OnFailure) },
        };
        if (settings.MaximumRetryAttempts is { } attempts)
        {
            answer["MaximumRetryAttempts"] = attempts;
        }

        if (settings.MaximumEventAgeInSeconds is { } age)
        {
            answer["MaximumEventAgeInSeconds"] = age;
        }

        return answer;

        static JsonObject Side(string? destination) => destination is null ? [] : new JsonObject { ["Destination"] = destination };
    }

    private static RequestRefusedException NoConfig(string name, string key) =>
        RequestRefusedException.NotFound($"The function {new FunctionArn(name, key)} doesn't have an EventInvokeConfig");

    private async Task<JsonObject?> ChangeAsync(HttpContext http, Func<AsyncSettings, AsyncSettings> begin)
    {
        var (arn, key) = Read(http);
        var request = await RequestParameters.ReadAsync(http);
        AsyncSettings? changed = null;
        await host.ChangeAsync(arn.Name, before =>
        {
            if (FunctionTarget.Required(before, arn).Resolve(key, chance: 1) is null)
            {
                throw FunctionTarget.NotFound(arn);
            }

            var settings = begin(before.Async.GetValueOrDefault(key) ?? new AsyncSettings());
            var destinations = request.Object("DestinationConfig");
            changed = settings with
            {
                MaximumRetryAttempts = request.Number("MaximumRetryAttempts", 0, AsyncSettings.MostRetryAttempts) ?? settings.MaximumRetryAttempts,
                MaximumEventAgeInSeconds = request.Number("MaximumEventAgeInSeconds", AsyncSettings.LeastEventAgeInSeconds, AsyncSettings.MostEventAgeInSeconds) ?? settings.MaximumEventAgeInSeconds,
                OnSuccess = DestinationOf(http, destinations, "OnSuccess", settings.OnSuccess),
                OnFailure = DestinationOf(http, destinations, "OnFailure", settings.OnFailure),
                LastModified = host.Clock.GetUtcNow(),
            };
            destinations?.RefuseOthers();
            request.RefuseOthers();
            return before with { Async = new Dictionary<string, AsyncSettings>(before.Async) { [key] = changed } };
        });
        return Of(arn.Name, key, changed!);
    }
}
