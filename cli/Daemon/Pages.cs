using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Daemon;

/// <summary>A listing that the daemon gives in pages, each with the token of the next.</summary>
internal static class Pages
{
    private const int PageSize = 1000;

    /// <param name="path">With its query, if it has one.</param>
    /// <param name="list">Name of the array in each page.</param>
    /// <param name="size">Name of the parameter for the size of a page: AWS's, or Roost's own <c>pageSize</c>.</param>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        DaemonClient daemon, string path, string list, string what, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken, string size = "maxResults")
    {
        var joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var token = "";
        do
        {
            using var page = await daemon.GetJsonAsync($"{path}{joint}{size}={PageSize}{(token.Length > 0 ? $"&nextToken={token}" : "")}", what, cancellationToken);
            foreach (var item in Listing.Of(page.RootElement, list))
            {
                yield return item;
            }

            token = JsonText.Cell(page.RootElement, "nextToken");
        }
        while (token.Length > 0);
    }
}
