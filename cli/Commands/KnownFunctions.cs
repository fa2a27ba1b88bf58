using Roost.Cli.Daemon;
using Roost.Cli.Output;

namespace Roost.Cli.Commands;

/// <summary>For a name that the daemon does not know: those that it does.</summary>
internal static class KnownFunctions
{
    private const int Most = 20;

    /// <returns>The failure with the names behind <paramref name="what"/>; as it was when they cannot be had.</returns>
    public static async Task<DaemonException> AddToAsync(DaemonException failure, DaemonClient daemon, string what, CancellationToken cancellationToken)
    {
        try
        {
            using var functions = await daemon.GetJsonAsync("/api/v1/functions", "list of functions", cancellationToken);
            var names = Listing.Of(functions.RootElement, "functions").Select(function => JsonText.Cell(function, "name")).ToList();
            var more = names.Count > Most ? $" and {names.Count - Most} more" : "";
            var known = names.Count == 0 ? "There are none" : $"There are: {string.Join(", ", names.Take(Most))}{more}";
            return new DaemonException($"{what}. {known}", failure, failure.Status);
        }
        catch (DaemonException)
        {
            return failure; // it says enough
        }
    }
}
