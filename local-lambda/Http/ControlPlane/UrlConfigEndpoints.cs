using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Create, Get, Update, Delete and ListFunctionUrlConfigs: whether a function answers at <c>/fn/NAME/</c>, and whose pages may ask it.</summary>
internal sealed class UrlConfigEndpoints(FunctionHost host)
{
    public async Task<JsonObject?> CreateAsync(HttpContext http)
    {
        var arn = Read(http);
        var request = await RequestParameters.ReadAsync(http);
        CheckKind(request, required: true);
        var now = host.Clock.GetUtcNow();
        var created = new FunctionUrlConfig(new FunctionUrl(ReadCors(request, before: null)), now, now);
        request.RefuseOthers();
        await host.ChangeAsync(arn.Name, before => FunctionTarget.Required(before, arn).Url is null
            ? before with { UrlConfig = created }
            : throw RequestRefusedException.Conflict($"Failed to create function url config for [functionArn = {arn}]. Error message:  FunctionUrlConfig exists for this Lambda function"));
        return Of(http, arn, created);
    }

    public JsonObject? Get(HttpContext http)
    {
        var arn = Read(http);
        return Of(http, arn, Find(FunctionTarget.FindRecord(host, arn)) ?? throw NotFound());
    }

    public JsonObject? List(HttpContext http)
    {
        var arn = Read(http);
        FunctionUrlConfig[] configs = Find(FunctionTarget.FindRecord(host, arn)) is { } config ? [config] : [];
        return Page.Of(http, "FunctionUrlConfigs", configs.Select(config => (arn.Name, Of(http, arn, config))));
    }

    /// <summary>What is not named stays.</summary>
    public async Task<JsonObject?> UpdateAsync(HttpContext http)
    {
        var arn = Read(http);
        var request = await RequestParameters.ReadAsync(http);
        CheckKind(request, required: false);
        FunctionUrlConfig? changed = null;
        await host.ChangeAsync(arn.Name, before =>
        {
            var config = Changeable(before, arn);
            changed = config with { Url = new FunctionUrl(ReadCors(request, config.Url.Cors)), LastModified = host.Clock.GetUtcNow() };
            request.RefuseOthers();
            return before! with { UrlConfig = changed };
        });
        return Of(http, arn, changed!);
    }

    public async Task<JsonObject?> DeleteAsync(HttpContext http)
    {
        var arn = Read(http);
        await host.ChangeAsync(arn.Name, before =>
        {
            Changeable(before, arn);
            return before! with { UrlConfig = null };
        });
        return null;
    }

    private static FunctionArn Read(HttpContext http)
    {
        var arn = FunctionTarget.Read(http);
        return arn.Qualifier is null or FunctionArn.Latest
            ? arn with { Qualifier = null }
            : throw RequestRefusedException.InvalidParameter($"qualifier: a URL is of the whole function here; leave the qualifier out, and ask an alias or version at {FunctionUrlEndpoint.Prefix}{arn.Name}:{arn.Qualifier}/.");
    }

    private static void CheckKind(RequestParameters request, bool required)
    {
        var auth = request.OneOf("AuthType", "NONE", "AWS_IAM");
        if (auth is null && required)
        {
            throw request.Missing("AuthType");
        }

        if (auth == "AWS_IAM")
        {
            throw RequestRefusedException.InvalidParameter("authType: there is no IAM here, whoever reaches the port may ask; use NONE.");
        }

        if (request.OneOf("InvokeMode", "BUFFERED", "RESPONSE_STREAM") == "RESPONSE_STREAM")
        {
            throw RequestRefusedException.InvalidParameter("invokeMode: an answer is sent when the function has ended; use BUFFERED.");
        }
    }

    private static Cors? ReadCors(RequestParameters request, Cors? before)
    {
        if (request.Object("Cors") is not { } cors)
        {
            return before;
        }

        var read = new Cors
        {
            AllowOrigins = cors.List("AllowOrigins") ?? [],
            AllowMethods = cors.List("AllowMethods") is { Count: > 0 } methods ? methods : ["*"],
            AllowHeaders = cors.List("AllowHeaders") ?? [],
            ExposeHeaders = cors.List("ExposeHeaders") ?? [],
            AllowCredentials = cors.Flag("AllowCredentials") ?? false,
            MaxAgeSeconds = cors.Number("MaxAge", 0, Cors.MostMaxAgeSeconds) ?? 0,
        };
        cors.RefuseOthers();
        if (read.AllowOrigins.FirstOrDefault(origin => !Cors.IsOrigin(origin)) is { } wrong)
        {
            throw RequestRefusedException.InvalidParameter($"cors.allowOrigins: {wrong} is no origin; write scheme, host and port alone: https://example.com, or * for all.");
        }

        if (read.AllowCredentials && read.AllowOrigins.Contains("*"))
        {
            throw RequestRefusedException.InvalidParameter("cors.allowCredentials: with * it would let every page act as who is logged in; name the origins.");
        }

        return read.AllowOrigins.Count == 0 ? null : read;
    }

    /// <returns>Also that of a function.yaml; null where the function has none.</returns>
    private static FunctionUrlConfig? Find(FunctionRecord record) =>
        record.UrlConfig ?? (record.Latest.Url is { } url ? new FunctionUrlConfig(url, record.Latest.LastModified, record.Latest.LastModified) : null);

    private static FunctionUrlConfig Changeable(FunctionRecord? before, FunctionArn arn) => FunctionTarget.Required(before, arn) switch
    {
        { UrlConfig: { } config } => config,
        { Url: not null } => throw RequestRefusedException.Conflict($"The URL of {arn.Name} is {FunctionUrl.Key} in its function.yaml; change it there."),
        _ => throw NotFound(),
    };

    private static JsonObject Of(HttpContext http, FunctionArn arn, FunctionUrlConfig config)
    {
        var answer = new JsonObject
        {
            ["FunctionUrl"] = $"{http.Request.Scheme}://{http.Request.Host}{FunctionUrlEndpoint.Prefix}{arn.Name}/",
            ["FunctionArn"] = arn.ToString(),
            ["AuthType"] = "NONE",
            ["CreationTime"] = Text(config.Created),
            ["LastModifiedTime"] = Text(config.LastModified),
            ["InvokeMode"] = "BUFFERED",
        };
        if (config.Url.Cors is { } cors)
        {
            answer["Cors"] = new JsonObject
            {
                ["AllowCredentials"] = cors.AllowCredentials,
                ["AllowHeaders"] = Texts(cors.AllowHeaders),
                ["AllowMethods"] = Texts(cors.AllowMethods),
                ["AllowOrigins"] = Texts(cors.AllowOrigins),
                ["ExposeHeaders"] = Texts(cors.ExposeHeaders),
                ["MaxAge"] = cors.MaxAgeSeconds,
            };
        }

        return answer;

        static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        static JsonArray Texts(IReadOnlyList<string> texts) => [.. texts.Select(text => (JsonNode?)text)];
    }

    private static RequestRefusedException NotFound() => RequestRefusedException.NotFound("The resource you requested does not exist.");
}
