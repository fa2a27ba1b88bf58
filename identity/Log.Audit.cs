using Microsoft.Extensions.Logging;

namespace Roost.Identity;

internal static partial class Log
{
    [LoggerMessage(6450, LogLevel.Debug, "{Action} by {Principal} (client {Client}, from {Source}) on {Resource}: {Reason}")]
    public static partial void Noted(this ILogger logger, string action, string? principal, string? client, string? source, string? resource, string? reason);

    [LoggerMessage(6451, LogLevel.Error, "The audit in {Folder} is not as it was left: {Finding}. It goes on, and has a record of this. 'roost audit verify' shows all that is wrong")]
    public static partial void ChainBroken(this ILogger logger, string folder, string finding);

    [LoggerMessage(6452, LogLevel.Error, "The audit cannot be written: changes of identity are refused until it can; connections go on. Look for a full or failing disk")]
    public static partial void AuditNotWritten(this ILogger logger, Exception exception);

    [LoggerMessage(6453, LogLevel.Information, "The audit can be written again")]
    public static partial void AuditWrittenAgain(this ILogger logger);

    [LoggerMessage(6560, LogLevel.Warning, "Things, credentials and policies were put back: {Finding}. The audit has a record of it; look for what has to be revoked again")]
    public static partial void DatabasePutBack(this ILogger logger, string finding);

    [LoggerMessage(6561, LogLevel.Warning, "The identity database could not be told how far the audit is: an older copy of the audit put back might not be noticed until it is")]
    public static partial void NoteNotKept(this ILogger logger, Exception exception);
}
