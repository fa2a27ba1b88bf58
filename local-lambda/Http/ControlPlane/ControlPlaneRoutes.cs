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
        endpoints.MapPost(Functions, LambdaOperation.Of(201, code.CreateAsync));
        endpoints.MapPut(Function + "/code", LambdaOperation.Of(200, code.UpdateAsync));
        endpoints.MapGet(ConfigurationEndpoints.DownloadPath, code.DownloadAsync);

        var configuration = new ConfigurationEndpoints(host);
        endpoints.MapGet(Function, LambdaOperation.Of(200, configuration.Get));
        endpoints.MapDelete(Function, LambdaOperation.Of(204, configuration.DeleteAsync));
        endpoints.MapGet(Function + "/configuration", LambdaOperation.Of(200, configuration.GetConfiguration));
        endpoints.MapPut(Function + "/configuration", LambdaOperation.Of(200, configuration.UpdateAsync));

        var lists = new ListEndpoints(host);
        endpoints.MapGet(Functions, LambdaOperation.Of(200, lists.Functions));
        endpoints.MapGet(Function + "/versions", LambdaOperation.Of(200, lists.Versions));
    }
}
