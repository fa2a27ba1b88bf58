namespace Roost.Gateway.OpenApi;

/// <summary>One thing that Roost's own paths can be asked for.</summary>
/// <param name="Pattern">As the route was mapped: <c>/api/v1/streams/{name}</c>.</param>
/// <param name="Query">Names of the parameters behind the path; none is required by all.</param>
/// <param name="Body">Media type of the request's body; null: it has none.</param>
/// <param name="Summary">A sentence.</param>
internal sealed record OwnOperation(string Method, string Pattern, IReadOnlyList<string> Query, string? Body, string Summary)
{
    /// <exception cref="FormatException">The line is none of <c>METHOD PATTERN?QUERY &lt; BODY | SUMMARY</c>.</exception>
    public static OwnOperation Parse(string line)
    {
        if (line.Split(" | ", 2) is not [var request, { Length: > 0 } summary] || request.Split(' ') is not ([_, _] or [_, _, "<", "json" or "bytes"]) || request.Split(' ') is not [var method, var target, ..])
        {
            throw new FormatException($"'{line}' is no operation: write METHOD PATTERN?QUERY < json | SUMMARY.");
        }

        var body = request.EndsWith(" < json", StringComparison.Ordinal) ? "application/json" : request.EndsWith(" < bytes", StringComparison.Ordinal) ? "application/octet-stream" : null;
        var (pattern, query) = target.Split('?') is [var path, var names] ? (path, names.Split('&')) : (target, []);
        return new OwnOperation(method, pattern, query, body, summary);
    }
}
