using System.Text.Json;
using Roost.Cli.Output;

namespace Roost.Cli.Daemon;

/// <summary>A listing that the daemon gives in pages, each with the token of the next.</summary>
internal static class Pages
{
    private const int PageSize = 1000;

    /// <param name="path">With its query, if it has one.</param>
    /// <param name="list">Name of the array in each page.</param>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        DaemonClient daemon, string path, string list, string what, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var token = "";
        do
        {
            using var page = await daemon.GetJsonAsync($"{path}{joint}maxResults={PageSize}{(token.Length > 0 ? $"&nextToken={token}" : "")}", what, cancellationToken);
            foreach (var item in Listing.Of(page.RootElement, list))
            {
                yield return item;
            }

            token = JsonText.Cell(page.RootElement, "nextToken");
        }
        while (token.Length > 0);
    }
}
