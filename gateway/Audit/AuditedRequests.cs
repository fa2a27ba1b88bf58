using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Audit;

/// <summary>Which requests are audited: every one that is no GET, but for the traffic of robots and apps, which is named here.</summary>
internal static class AuditedRequests
{
    private const string Streams = "/api/v1/streams";

    private static readonly string[] _identity =
    [
        "/api/v1/registry", "/api/v1/certificates", "/api/v1/authorities", "/api/v1/policies", "/api/v1/users", "/api/v1/tokens", "/api/v1/access-keys",
        "/api/v1/pairings", "/api/v1/secrets", "/api/v1/provisioning-templates",
    ];

    private static readonly string[] _invocations = ["invocations", "invoke-async", "response-streaming-invocations"];

    private static readonly string[] _traffic = ["/api/v1/publish", "/api/v1/shadows", "/api/v1/things", "/things", "/topics", "/fn", "/mqtt", "/api/v1/gateway"];

    public static AuditedRequest KindOf(string method, PathString path) =>
        HttpMethods.IsGet(method) && path.StartsWithSegments("/api/v1/backup", StringComparison.OrdinalIgnoreCase) ? AuditedRequest.Disclosure
        : HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || IsTraffic(method, path) ? AuditedRequest.None
        : Array.Exists(_identity, prefix => path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase)) ? AuditedRequest.Identity
        : AuditedRequest.Change;

    private static bool IsTraffic(string method, PathString path) =>
        Array.Exists(_traffic, prefix => path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase))
        || (HttpMethods.IsPost(method) && (path.StartsWithSegments("/connections", StringComparison.OrdinalIgnoreCase) || IsInvocation(path.Value ?? "")))
        || (path.StartsWithSegments(Streams, StringComparison.OrdinalIgnoreCase, out var below) && IsRecords(below.Value ?? ""));

    /// <summary>Invoke, InvokeAsync and InvokeWithResponseStream of AWS Lambda.</summary>
    private static bool IsInvocation(string path) =>
        path.StartsWith("/20", StringComparison.Ordinal) && path.Split('/') is ["", _, "functions", _, var call, ..] && _invocations.Contains(call, StringComparer.OrdinalIgnoreCase);

    /// <summary>Appending, and what consumers and producers note of themselves.</summary>
    private static bool IsRecords(string path) => path.Split('/') is ["", _, "records" or "cursors" or "producers" or "verify", ..];
}
