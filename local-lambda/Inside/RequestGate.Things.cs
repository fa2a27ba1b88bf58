using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.LocalLambda.Inside;

/// <summary>Shadows, streams and other functions.</summary>
internal sealed partial class RequestGate
{
    private Refusal? Shadow(HttpRequest request, IHttpRequestFeature target, string thing, string action)
    {
        var name = request.Query.TryGetValue("name", out var given) ? given.ToString() : null;
        return Invalid(thing, name) ?? MissingShadow(thing, name, action) ?? Pass(target, $"/things/{thing}/shadow");
    }

    private Refusal? ListShadows(IHttpRequestFeature target, string thing) =>
        Invalid(thing, name: null) ?? MissingShadow(thing, name: null, "list") ?? Pass(target, $"/api/things/shadow/ListNamedShadowsForThing/{thing}");

    private Refusal? MissingShadow(string thing, string? name, string action) => rights.MayUseShadow(thing, name, action) ? null
        : Refusal.Missing(
            Refusal.Forbidden,
            function,
            action == "list" ? $"list the shadows of {thing}" : $"{action} {(name is null ? "the classic shadow" : $"the shadow {name}")} of {thing}",
            $"{{ shadow: \"{thing}\", {(action == "list" ? "" : $"names: [\"{name ?? "classic"}\"], ")}allow: [{action}] }}");

    private Refusal? Stream(IHttpRequestFeature target, string name, string action, string rest)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '$'))
        {
            return Refusal.Invalid("The path holds no stream name.");
        }

        return rights.MayUseStream(name, action)
            ? Pass(target, $"/api/v1/streams/{name}{rest}")
            : Refusal.Missing(Refusal.AccessDenied, function, $"{(action == "append" ? "append to" : "read")} stream {name}", $"{{ stream: {name}, allow: [{action}] }}");
    }

    private Refusal? Invoke(IHttpRequestFeature target, string text)
    {
        if (!FunctionArn.TryParse(text, out var arn))
        {
            return new Refusal(StatusCodes.Status400BadRequest, "ValidationException", "The path holds no function's name or ARN.");
        }

        var qualified = arn.Qualifier is null ? arn.Name : $"{arn.Name}:{arn.Qualifier}";
        return rights.MayInvoke(arn.Name)
            ? Pass(target, $"/2015-03-31/functions/{qualified}/invocations")
            : Refusal.Missing(Refusal.AccessDenied, function, $"invoke {arn.Name} (lambda:InvokeFunction)", $"{{ invoke: {arn.Name} }}");
    }

    /// <summary>Names that no shadow can have are refused here: their characters might mean something to whoever reads the path next.</summary>
    private static Refusal? Invalid(string thing, string? name) =>
        thing.Length is 0 or > 128 || !thing.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '_' or '-') ? Refusal.Invalid("ThingName must match pattern [a-zA-Z0-9:_-]+ and have at most 128 characters")
        : name is not null && (name.Length is 0 or > 64 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '_' or '-' or '$')) ? Refusal.Invalid("ShadowName must match pattern [$a-zA-Z0-9:_-]+ and have at most 64 characters")
        : null;
}
