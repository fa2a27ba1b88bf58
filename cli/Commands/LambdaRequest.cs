using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>What the commands about versions and aliases have in common: they go over the paths of AWS Lambda.</summary>
internal static class LambdaRequest
{
    private const string Root = "/2015-03-31/functions/";

    /// <param name="rest">What follows the function's name, with its separator.</param>
    public static string Path(string function, string rest = "") => $"{Root}{PathSegment.Encode(function)}{rest}";

    /// <summary>An object with what <paramref name="write"/> writes into it.</summary>
    public static ByteArrayContent Body(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return DaemonClient.Body(bytes.ToArray(), "application/json");
    }

    /// <summary>The items of one of Lambda's lists, over all its pages.</summary>
    /// <param name="member">That has the items.</param>
    /// <param name="what">What is being done, for the error line.</param>
    /// <returns>Items that live on; in a list, so that nothing is printed of one that ends early.</returns>
    public static Task<IReadOnlyList<JsonElement>> ListAsync(CommandRun run, string function, string rest, string member, string what, CancellationToken cancellationToken) =>
        KnownFunctions.AskAsync<IReadOnlyList<JsonElement>>(
            run, what, function, qualifier: null, async () =>
            {
                var items = new List<JsonElement>();
                for (string? marker = ""; marker is not null;)
                {
                    using var page = await run.Daemon.GetJsonAsync(Path(function, marker.Length == 0 ? rest : $"{rest}?Marker={PathSegment.Encode(marker)}"), what, cancellationToken);
                    items.AddRange(Listing.Of(page.RootElement, member).Select(item => item.Clone()));
                    marker = JsonText.Cell(page.RootElement, "NextMarker") is { Length: > 0 } next ? next : null;
                }

                return items;
            },
            cancellationToken);

    /// <summary>A line of JSON for each item, or a table with a row for each.</summary>
    public static async Task<int> WriteAsync(CommandRun run, IReadOnlyList<JsonElement> items, Table table, Func<JsonElement, string[]> cells)
    {
        foreach (var item in items)
        {
            if (run.Json)
            {
                await run.WriteJsonAsync(item);
            }
            else
            {
                table.Add(cells(item));
            }
        }

        if (!run.Json)
        {
            run.Write(table);
        }

        return ExitCode.Done;
    }

    /// <summary>The answer as JSON, or one member of it alone.</summary>
    public static Task WriteAsync(CommandRun run, JsonDocument answer, string member) =>
        run.Json ? run.WriteJsonAsync(answer.RootElement) : run.WriteLineAsync(run.Text(JsonText.Cell(answer.RootElement, member)));
}
