using System.Net;

namespace Roost.Identity;

/// <summary>A request as it came over the wire, for whoever checks its signature.</summary>
public sealed record SignedRequest
{
    public required string Method { get; init; }

    /// <summary>Path and query as they were sent, nothing decoded.</summary>
    public required string RawTarget { get; init; }

    /// <summary>Each line by itself: a name that came twice stands here twice, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>The services that it may be signed for, as <c>iotdata</c>: those that serve its path.</summary>
    public required IReadOnlyCollection<string> Services { get; init; }

    /// <summary>Null: a unix socket.</summary>
    public IPAddress? Source { get; init; }
}
