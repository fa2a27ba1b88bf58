using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>The calls of AWS Lambda's API but Invoke: method, path and status as in AWS's model of the service (2015-03-31).</summary>
internal static class ControlPlaneRoutes
{
    private const string Functions = "/2015-03-31/functions";
    private const string Function = Functions + "/{function}";

    public static void MapControlPlane(this IEndpointRouteBuilder endpoints, FunctionHost host)
    {
        var code = new CodeEndpoints(host);
        endpoints.MapPost(Functions, LambdaOperation.Of(201, code.CreateAsync, bringsCode: true));
        endpoints.MapPut(Function + "/code", LambdaOperation.Of(200, code.UpdateAsync, bringsCode: true));
        endpoints.MapGet(ConfigurationEndpoints.DownloadPath, code.DownloadAsync);

        var configuration = new ConfigurationEndpoints(host);
        endpoints.MapGet(Function, LambdaOperation.Of(200, configuration.Get));
        endpoints.MapDelete(Function, LambdaOperation.Of(204, configuration.DeleteAsync));
        endpoints.MapGet(Function + "/configuration", LambdaOperation.Of(200, configuration.GetConfiguration));
        endpoints.MapPut(Function + "/configuration", LambdaOperation.Of(200, configuration.UpdateAsync));

        var lists = new ListEndpoints(host);
        endpoints.MapGet(Functions, LambdaOperation.Of(200, lists.Functions));
        endpoints.MapGet(Function + "/versions", LambdaOperation.Of(200, lists.Versions));
        endpoints.MapPost(Function + "/versions", LambdaOperation.Of(201, new VersionEndpoints(host).PublishAsync));

        var aliases = new AliasEndpoints(host);
        endpoints.MapPost(Function + "/aliases", LambdaOperation.Of(201, aliases.CreateAsync));
        endpoints.MapGet(Function + "/aliases", LambdaOperation.Of(200, aliases.List));
        endpoints.MapGet(Function + "/aliases/{alias}", LambdaOperation.Of(200, aliases.Get));
        endpoints.MapPut(Function + "/aliases/{alias}", LambdaOperation.Of(200, aliases.UpdateAsync));
        endpoints.MapDelete(Function + "/aliases/{alias}", LambdaOperation.Of(204, aliases.DeleteAsync));

        var concurrency = new ConcurrencyEndpoints(host);
        endpoints.MapPut("/2017-10-31/functions/{function}/concurrency", LambdaOperation.Of(200, concurrency.PutAsync));
        endpoints.MapGet("/2019-09-30/functions/{function}/concurrency", LambdaOperation.Of(200, concurrency.Get));
        endpoints.MapDelete("/2017-10-31/functions/{function}/concurrency", LambdaOperation.Of(204, concurrency.DeleteAsync));

        const string EventInvokeConfig = "/2019-09-25/functions/{function}/event-invoke-config";
        var events = new EventInvokeConfigEndpoints(host);
        endpoints.MapPut(EventInvokeConfig, LambdaOperation.Of(200, events.PutAsync));
        endpoints.MapPost(EventInvokeConfig, LambdaOperation.Of(200, events.UpdateAsync));
        endpoints.MapGet(EventInvokeConfig, LambdaOperation.Of(200, events.Get));
        endpoints.MapDelete(EventInvokeConfig, LambdaOperation.Of(204, events.DeleteAsync));
        endpoints.MapGet(EventInvokeConfig + "/list", LambdaOperation.Of(200, events.List));

        const string Mappings = "/2015-03-31/event-source-mappings";
        var mappings = new EventSourceMappingEndpoints(host);
        endpoints.MapPost(Mappings, LambdaOperation.Of(202, mappings.CreateAsync));
        endpoints.MapGet(Mappings, LambdaOperation.Of(200, mappings.List));
        endpoints.MapGet(Mappings + "/{uuid}", LambdaOperation.Of(200, mappings.Get));
        endpoints.MapPut(Mappings + "/{uuid}", LambdaOperation.Of(202, mappings.UpdateAsync));
        endpoints.MapDelete(Mappings + "/{uuid}", LambdaOperation.Of(202, mappings.DeleteAsync));

        const string Url = "/2021-10-31/functions/{function}/url";
        var urls = new UrlConfigEndpoints(host);
        endpoints.MapPost(Url, LambdaOperation.Of(201, urls.CreateAsync));
        endpoints.MapGet(Url, LambdaOperation.Of(200, urls.Get));
        endpoints.MapPut(Url, LambdaOperation.Of(200, urls.UpdateAsync));
        endpoints.MapDelete(Url, LambdaOperation.Of(204, urls.DeleteAsync));
        endpoints.MapGet(Url + "s", LambdaOperation.Of(200, urls.List));

        const string Tags = "/2017-03-31/tags/{arn}";
        var tags = new TagEndpoints(host);
        endpoints.MapGet(Tags, LambdaOperation.Of(200, tags.List));
        endpoints.MapPost(Tags, LambdaOperation.Of(204, tags.AddAsync));
        endpoints.MapDelete(Tags, LambdaOperation.Of(204, tags.RemoveAsync));

        endpoints.MapGet("/2016-08-19/account-settings", LambdaOperation.Of(200, new AccountEndpoint(host).Get));
        endpoints.MapPost("/2014-11-13/functions/{function}/invoke-async", new InvokeEndpoint(host, host.Clock, type: "Event").HandleAsync);
        endpoints.MapPost("/2021-11-15/functions/{function}/response-streaming-invocations", new InvokeEndpoint(host, host.Clock, EventStream.AnswerAsync).HandleAsync);
        endpoints.MapNotOffered();
    }
}
