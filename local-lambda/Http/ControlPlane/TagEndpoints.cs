using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>TagResource, UntagResource and ListTags of functions.</summary>
internal sealed class TagEndpoints(FunctionHost host)
{
    private const int MaxTags = 50;

    public JsonObject? List(HttpContext http) => new() { ["Tags"] = JsonTexts.Of(FunctionTarget.FindRecord(host, Read(http)).Tags) };

    public async Task<JsonObject?> AddAsync(HttpContext http)
    {
        var arn = Read(http);
        var request = await RequestParameters.ReadAsync(http);
        var tags = FunctionParameters.Tags(request) ?? throw request.Missing("Tags");
        request.RefuseOthers();
        await host.ChangeAsync(arn.Name, before =>
        {
            var all = new Dictionary<string, string>(FunctionTarget.Required(before, arn).Tags);
            foreach (var (key, value) in tags)
            {
                all[key] = value;
            }

            return all.Count > MaxTags ? throw RequestRefusedException.InvalidParameter($"tags: a function has at most {MaxTags}.") : before with { Tags = all };
        });
        return null;
    }

    public async Task<JsonObject?> RemoveAsync(HttpContext http)
    {
        var arn = Read(http);
        var keys = http.Request.Query["tagKeys"].ToHashSet();
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn) with { Tags = before.Tags.Where(tag => !keys.Contains(tag.Key)).ToDictionary() });
        return null;
    }

    private static FunctionArn Read(HttpContext http)
    {
        var text = (string)http.GetRouteValue("arn")!;
        return FunctionArn.TryParse(text, out var arn) && arn.Qualifier is null && text.StartsWith("arn:", StringComparison.Ordinal)
            ? arn
            : throw RequestRefusedException.Constraint("resource", text, "Member must be the ARN of a function, without a version");
    }
}
