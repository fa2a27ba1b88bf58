namespace Roost.Cli;

/// <summary>What a script can tell from the exit; part of the command line's contract (docs/cli.md).</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The daemon refused, was not there, or a function failed; one line on standard error says which.</summary>
    public const int Failed = 1;

    /// <summary>The arguments make no sense; nothing was asked of the daemon.</summary>
    public const int Usage = 2;
}
