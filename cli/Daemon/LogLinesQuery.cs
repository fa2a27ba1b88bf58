using System.Globalization;

namespace Roost.Cli.Daemon;

/// <summary>Which lines of functions' logs are wanted.</summary>
/// <param name="Last">So many of the newest; null: all.</param>
internal sealed record LogLinesQuery(int? Last, DateTimeOffset? Since, string? RequestId, bool ErrorsOnly, bool Follow, bool Json)
{
    /// <summary>With its question mark; empty when there is nothing to say.</summary>
    public string ToQueryString()
    {
        var parts = new List<string>();
        if (Follow)
        {
            parts.Add("follow=true");
        }

        if (Last is { } last)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"last={last}"));
        }

        if (Since is { } since)
        {
            parts.Add($"since={since.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}");
        }

        if (RequestId is not null)
        {
            parts.Add($"request={PathSegment.Encode(RequestId)}");
        }

        if (ErrorsOnly)
        {
            parts.Add("errors=true");
        }

        if (Json)
        {
            parts.Add("format=json");
        }

        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";
    }
}
