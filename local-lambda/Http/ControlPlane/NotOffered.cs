using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>Calls of AWS Lambda's API that Roost has something else for, or nothing: the answer says what.</summary>
internal static class NotOffered
{
    private static readonly (string Path, string Hint)[] s_calls =
    [
        ("/2015-03-31/functions/{function}/policy/{statement?}", "Functions have no resource policies here: whoever reaches the port may call them. What a function itself may do stands under grants in its function.yaml."),
        ("/2019-09-30/functions/{function}/provisioned-concurrency", "Provisioned concurrency is not offered; pinned: N in the function.yaml, also in one in the zip, keeps N workers running."),
        ("/2020-06-30/functions/{function}/code-signing-config", "Signatures of code are not checked here."),
        ("/2018-10-31/layers/{**rest}", "Layers are not offered; put their content into the zip."),
        ("/2021-07-20/functions/{function}/runtime-management-config", "The machine's own Python and Node.js run the functions; they change with its packages."),
        ("/2024-08-31/functions/{function}/recursion-config", "Loops of functions are always ended, after 16 functions in one chain."),
    ];

    public static void MapNotOffered(this IEndpointRouteBuilder endpoints)
    {
        foreach (var (path, hint) in s_calls)
        {
            endpoints.Map(path, http => new LambdaError(404, "UnknownOperationException", hint).WriteAsync(http));
        }
    }
}
