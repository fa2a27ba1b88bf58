using Microsoft.AspNetCore.Http;
using Roost.LocalLambda.Sources.Urls;

namespace Roost.LocalLambda;

/// <summary>Which pages of other sites the owners of functions let in. Any thread may call.</summary>
public sealed class FunctionUrls
{
    private readonly FunctionHost _host;

    internal FunctionUrls(FunctionHost host) => _host = host;

    /// <returns>True only where the function at <paramref name="path"/> has a URL whose <c>cors</c> names <paramref name="origin"/>.</returns>
    public bool Allows(PathString path, string origin) =>
        path.Value is { } text && text.StartsWith(FunctionUrlEndpoint.Prefix, StringComparison.Ordinal)
        && FunctionArn.TryParse(text[FunctionUrlEndpoint.Prefix.Length..].Split('/')[0], out var arn)
        && _host.TryFind(arn.Name, out var function) && function.Record?.Url?.Cors is { } cors && cors.Allows(origin);
}
