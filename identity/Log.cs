using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>All log messages of the room; event ids 6000 to 6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Things, credentials and policies are in {File}")]
    public static partial void Opened(this ILogger logger, string file);

    [LoggerMessage(6001, LogLevel.Information, "{Entry}")]
    public static partial void Audited(this ILogger logger, AuditEntry entry);
}
