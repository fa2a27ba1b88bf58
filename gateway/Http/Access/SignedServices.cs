using Microsoft.AspNetCore.Http;

namespace Roost.Gateway.Http.Access;

/// <summary>The services that requests are signed for, by their paths: a signature for one is none for another.</summary>
internal static class SignedServices
{
    private static readonly string[] _data = ["iotdata", "iotdevicegateway"]; // what SDKs send, and what AWS's guide says
    private static readonly string[] _functions = ["lambda"];
    private static readonly string[] _own = ["roost"];

    public static bool IsDataPlane(PathString path) => ReferenceEquals(Of(path), _data);

    /// <summary>Of <c>/api/things</c>, AWS's, only the start is like Roost's own.</summary>
    public static IReadOnlyCollection<string> Of(PathString path) => path.Value switch
    {
        { } text when text.StartsWith("/api/v1/", StringComparison.OrdinalIgnoreCase) || IsAlone(text, "/healthz") || IsAlone(text, "/metrics") => _own,
        { } text when text.StartsWith("/20", StringComparison.Ordinal) || text.StartsWith("/fn/", StringComparison.OrdinalIgnoreCase) => _functions,
        _ => _data,
    };

    /// <summary>Routing takes no notice of case, nor of a slash at the end.</summary>
    private static bool IsAlone(string text, string path) => text.AsSpan().TrimEnd('/').Equals(path, StringComparison.OrdinalIgnoreCase);
}
