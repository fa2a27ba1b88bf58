namespace Roost.Gateway;

/// <summary>What <c>roostd</c> ends with.</summary>
internal static class ExitCode
{
    public const int Stopped = 0;

    /// <summary>The machine does not let it run; trying again may help.</summary>
    public const int Failed = 1;

    /// <summary>The arguments or the configuration are wrong; trying again does not help.</summary>
    public const int Misconfigured = 2;

    /// <summary>What is kept in the data folder is damaged, or of a newer Roost; trying again does not help.</summary>
    public const int DataRefused = 3;
}
