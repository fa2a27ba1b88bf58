using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>All log messages of the room; event ids 6000 to 6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Things, credentials and policies are in {File}")]
    public static partial void Opened(this ILogger logger, string file);

    [LoggerMessage(6001, LogLevel.Information, "{Action} by {Principal} (client {Client}, from {Source}) on {Resource}: {Reason}")]
    public static partial void Audited(this ILogger logger, string action, string? principal, string? client, string? source, string? resource, string? reason);
}
