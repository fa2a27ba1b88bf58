using System.CommandLine;

namespace Roost.Cli.Commands;

/// <summary>Where the data of a daemon are that does not run.</summary>
internal static class OfflineOptions
{
    public static Option<string?> Data(string description) => new("--data") { Description = description, HelpName = "DIR" };

    public static Option<string?> Configuration() => new("--config") { Description = "The daemon's configuration, where it names other folders", HelpName = "FILE" };

    public static IEnumerable<string> Arguments(string? configuration) => configuration is null ? [] : ["--config", configuration];
}
