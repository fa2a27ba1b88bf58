namespace Roost.Cli.Daemon;

/// <summary>A name as one segment of a path or one value of a query.</summary>
internal static class PathSegment
{
    /// <summary>Percent-encodes all but unreserved characters; "." and ".." too, which servers and proxies would resolve.</summary>
    public static string Encode(string name) =>
        name is "." or ".." ? name.Replace(".", "%2E", StringComparison.Ordinal) : Uri.EscapeDataString(name);
}
