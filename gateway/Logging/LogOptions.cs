using Microsoft.Extensions.Logging;

namespace Roost.Gateway.Logging;

internal sealed class LogOptions
{
    public const string Section = "Log";

    /// <summary>Least severe level that is written.</summary>
    public LogLevel Level { get; set; } = LogLevel.Information;

    /// <summary>Size at which <c>log/roostd.log</c> in the data folder is closed and a new one begun. Default 10 MiB.</summary>
    public long MaxFileBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Closed and open log files that are kept; older ones are deleted. 0 writes no log files at all.</summary>
    public int KeepFiles { get; set; } = 5;
}
