using System.Net;
using System.Text.Json;
using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>For a function, version or alias that the daemon does not know: those that it does.</summary>
internal static class KnownFunctions
{
    private const int Most = 20;

    /// <summary>Asks the daemon something about a function; that it or what is named of it is not there is told with what is.</summary>
    /// <param name="what">What is being done, for the error line: "logs of f".</param>
    /// <param name="function">Its name, or an ARN, with or without a qualifier.</param>
    /// <param name="qualifier">A version or alias that the request names besides; null for none.</param>
    public static async Task<T> AskAsync<T>(CommandRun run, string what, string function, string? qualifier, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (DaemonException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            throw await ExplainAsync(exception, run.Daemon, what, function, qualifier is null ? [] : [qualifier], withAliases: true, cancellationToken);
        }
    }

    /// <param name="qualifiers">What the request names besides the function.</param>
    /// <param name="withAliases">False where each has to be a version.</param>
    /// <returns>The failure with the names that there are; as it was when they cannot be had, or when all is there.</returns>
    public static async Task<DaemonException> ExplainAsync(
        DaemonException failure, DaemonClient daemon, string what, string function, IReadOnlyList<string> qualifiers, bool withAliases, CancellationToken cancellationToken)
    {
        var (name, own) = Split(function);
        try
        {
            using var functions = await daemon.GetJsonAsync("/api/v1/functions", "list of functions", cancellationToken);
            var names = Listing.Of(functions.RootElement, "functions").Select(known => JsonText.Cell(known, "name")).ToList();
            if (!names.Contains(name))
            {
                return new DaemonException($"{what}: there is no function '{name}'. {Known(names)}", failure, failure.Status);
            }

            using var shown = await daemon.GetJsonAsync($"/api/v1/functions/{PathSegment.Encode(name)}", what, cancellationToken);
            List<string> versions = ["$LATEST", .. Listing.Of(shown.RootElement, "versions").Select(JsonText.Cell)];
            var aliases = withAliases ? AliasesIn(shown.RootElement) : [];
            return qualifiers.Concat(own).FirstOrDefault(qualifier => !versions.Contains(qualifier) && !aliases.Contains(qualifier)) is { } unknown
                ? new DaemonException($"{what}: {name} has no version {(withAliases ? "or alias " : "")}'{unknown}'. {Known([.. versions, .. aliases])}", failure, failure.Status)
                : failure;
        }
        catch (DaemonException)
        {
            return failure; // it says enough
        }
    }

    private static List<string> AliasesIn(JsonElement function) => [.. Listing.Of(function, "aliases").Select(alias => JsonText.Cell(alias, "name"))];

    private static string Known(List<string> names) =>
        names.Count == 0 ? "There are none" : $"There are: {string.Join(", ", names.Take(Most))}{(names.Count > Most ? $" and {names.Count - Most} more" : "")}";

    /// <summary>f, f:live, and both at the end of an ARN.</summary>
    private static (string Name, string[] Qualifier) Split(string function)
    {
        var parts = function.Split(':');
        var name = Array.IndexOf(parts, "function") + 1; // 0 without the word
        return name < parts.Length ? (parts[name], parts[(name + 1)..]) : (function, []);
    }
}
