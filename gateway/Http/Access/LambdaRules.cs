using Microsoft.AspNetCore.Http;
using Roost.LocalLambda;

namespace Roost.Gateway.Http.Access;

/// <summary>AWS Lambda's API, with the action that AWS asks for each operation, on <c>function:NAME</c> without version or alias: rights are a function's as a whole.</summary>
internal static class LambdaRules
{
    public const string FunctionUrl = "/fn/{function}/{**path}";

    private const string Functions = "/2015-03-31/functions";
    private const string Function = Functions + "/{function}";
    private const string Mappings = "/2015-03-31/event-source-mappings";
    private const string Concurrency = "functions/{function}/concurrency";
    private const string EventInvokeConfig = "/2019-09-25/functions/{function}/event-invoke-config";
    private const string Url = "/2021-10-31/functions/{function}/url";
    private const string Tags = "/2017-03-31/tags/{arn}";

    public static IEnumerable<KeyValuePair<string, RouteRule>> All() =>
    [
        OfFunction($"POST {Function}/invocations", "InvokeFunction"),
        OfFunction("POST /2014-11-13/functions/{function}/invoke-async", "InvokeFunction"),
        OfFunction("POST /2021-11-15/functions/{function}/response-streaming-invocations", "InvokeFunction"),
        OfFunction($"* {FunctionUrl}", "InvokeFunctionUrl"),

        OfEvery($"POST {Functions}", "CreateFunction"), // the name stands in the body
        OfAll($"GET {Functions}", "ListFunctions"),
        OfFunction($"PUT {Function}/code", "UpdateFunctionCode"),
        OfFunction("GET /api/v1/functions/{function}/versions/{version}/code", "GetFunction"), // where GetFunction's answer leads
        OfFunction($"GET {Function}", "GetFunction"),
        OfFunction($"DELETE {Function}", "DeleteFunction"),
        OfFunction($"GET {Function}/configuration", "GetFunctionConfiguration"),
        OfFunction($"PUT {Function}/configuration", "UpdateFunctionConfiguration"),
        OfFunction($"GET {Function}/versions", "ListVersionsByFunction"),
        OfFunction($"POST {Function}/versions", "PublishVersion"),
        OfFunction($"POST {Function}/aliases", "CreateAlias"),
        OfFunction($"GET {Function}/aliases", "ListAliases"),
        OfFunction($"GET {Function}/aliases/{{alias}}", "GetAlias"),
        OfFunction($"PUT {Function}/aliases/{{alias}}", "UpdateAlias"),
        OfFunction($"DELETE {Function}/aliases/{{alias}}", "DeleteAlias"),
        OfFunction($"PUT /2017-10-31/{Concurrency}", "PutFunctionConcurrency"),
        OfFunction($"GET /2019-09-30/{Concurrency}", "GetFunctionConcurrency"),
        OfFunction($"DELETE /2017-10-31/{Concurrency}", "DeleteFunctionConcurrency"),
        OfFunction($"PUT {EventInvokeConfig}", "PutFunctionEventInvokeConfig"),
        OfFunction($"POST {EventInvokeConfig}", "UpdateFunctionEventInvokeConfig"),
        OfFunction($"GET {EventInvokeConfig}", "GetFunctionEventInvokeConfig"),
        OfFunction($"DELETE {EventInvokeConfig}", "DeleteFunctionEventInvokeConfig"),
        OfFunction($"GET {EventInvokeConfig}/list", "ListFunctionEventInvokeConfigs"),
        OfFunction($"POST {Url}", "CreateFunctionUrlConfig"),
        OfFunction($"GET {Url}", "GetFunctionUrlConfig"),
        OfFunction($"PUT {Url}", "UpdateFunctionUrlConfig"),
        OfFunction($"DELETE {Url}", "DeleteFunctionUrlConfig"),
        OfFunction($"GET {Url}s", "ListFunctionUrlConfigs"),

        // The function stands in the body, or behind a mapping's identifier: who may not do it with one function may not do it.
        OfEvery($"POST {Mappings}", "CreateEventSourceMapping"),
        OfAll($"GET {Mappings}", "ListEventSourceMappings"),
        OfEvery($"GET {Mappings}/{{uuid}}", "GetEventSourceMapping"),
        OfEvery($"PUT {Mappings}/{{uuid}}", "UpdateEventSourceMapping"),
        OfEvery($"DELETE {Mappings}/{{uuid}}", "DeleteEventSourceMapping"),

        Of($"GET {Tags}", "ListTags", static context => FunctionIn(context, "arn")),
        Of($"POST {Tags}", "TagResource", static context => FunctionIn(context, "arn")),
        Of($"DELETE {Tags}", "UntagResource", static context => FunctionIn(context, "arn")),
        OfAll("GET /2016-08-19/account-settings", "GetAccountSettings"),

        // They answer what is offered instead.
        new("* /2015-03-31/functions/{function}/policy/{statement?}", RouteRule.Known),
        new("* /2019-09-30/functions/{function}/provisioned-concurrency", RouteRule.Known),
        new("* /2020-06-30/functions/{function}/code-signing-config", RouteRule.Known),
        new("* /2018-10-31/layers/{**rest}", RouteRule.Known),
        new("* /2021-07-20/functions/{function}/runtime-management-config", RouteRule.Known),
        new("* /2024-08-31/functions/{function}/recursion-config", RouteRule.Known),
    ];

    private static KeyValuePair<string, RouteRule> OfFunction(string route, string action) => Of(route, action, static context => FunctionIn(context, "function"));

    private static KeyValuePair<string, RouteRule> OfEvery(string route, string action) =>
        new(route, RouteRule.Needs(_ => [new RouteRight($"lambda:{action}", "function:", IsOfAll: true)]));

    private static KeyValuePair<string, RouteRule> OfAll(string route, string action) => new(route, RouteRule.Needs($"lambda:{action}", "*"));

    private static KeyValuePair<string, RouteRule> Of(string route, string action, Func<HttpContext, string?> resource) => new(route, RouteRule.Needs($"lambda:{action}", resource));

    /// <summary>Null: the value names no function.</summary>
    public static string? FunctionIn(HttpContext context, string value) =>
        AccessTable.Value(context, value) is { } text && FunctionArn.TryParse(text, out var arn) ? $"function:{arn.Name}" : null;
}
