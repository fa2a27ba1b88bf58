using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.LocalLambda.Inside;

/// <summary>
/// Decides on each request of a function by its method, path and query. What is allowed is rewritten to the one form of the path that was decided on, so that
/// whoever handles it cannot read another name from it than the one that was compared with the grants. Everything that is not listed here is refused.
/// </summary>
internal sealed partial class RequestGate(string function, FunctionRights rights)
{
    /// <returns>Null when the request may pass; it is in its canonical form then.</returns>
    public Refusal? Check(HttpContext context)
    {
        var request = context.Request;
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        if (PathSegments.Read(target.RawTarget, out var raw, out var names) is { } fault)
        {
            return Refusal.Invalid(fault);
        }

        // The endpoints read the same collection; of a parameter that is given twice they might take another value than we.
        if (request.Query.FirstOrDefault(pair => pair.Value.Count > 1).Key is { } repeated)
        {
            return Refusal.Invalid($"The parameter {repeated} is given more than once.");
        }

        // Fixed words are compared as they were sent: no program encodes them.
        return (request.Method, raw) switch
        {
            ("POST", ["topics", _, ..]) => Publish(request, target, string.Join('/', names[1..])),
            ("GET", ["retainedMessage", _, ..]) => GetRetained(target, string.Join('/', names[1..])),
            ("GET", ["retainedMessage"]) => ListRetained(target),
            ("GET", ["things", _, "shadow"]) => Shadow(request, target, names[1], "get"),
            ("POST", ["things", _, "shadow"]) => Shadow(request, target, names[1], "update"),
            ("DELETE", ["things", _, "shadow"]) => Shadow(request, target, names[1], "delete"),
            ("GET", ["api", "things", "shadow", "ListNamedShadowsForThing", _]) => ListShadows(target, names[4]),
            ("POST", ["2015-03-31", "functions", _, "invocations"]) => Invoke(target, names[2]),
            ("POST", ["api", "v1", "streams", _, "records"]) => Stream(target, names[3], "append", "/records"),
            ("GET", ["api", "v1", "streams", _, "records"]) => Stream(target, names[3], "read", "/records"),
            ("GET", ["api", "v1", "streams", _]) => Stream(target, names[3], "read", ""),
            _ => new Refusal(StatusCodes.Status403Forbidden, Refusal.AccessDenied, $"{request.Method} {request.Path} is not among what functions reach: see \"Reaching the broker, shadows and streams\" in docs/functions.md."),
        };
    }

    private static Refusal? Pass(IHttpRequestFeature target, string path, string? rawPath = null)
    {
        target.Path = path;
        target.RawTarget = (rawPath ?? path) + target.QueryString;
        return null;
    }
}
