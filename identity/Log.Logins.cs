using System.Net;
using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>Logins and secrets: 6300 to 6399.</summary>
internal static partial class Log
{
    [LoggerMessage(6300, LogLevel.Warning, "Too many wrong tries as {Principal}, the last one from {Source}: further ones are refused for {Duration}")]
    public static partial void GuesserLocked(this ILogger logger, string principal, IPAddress source, TimeSpan duration);

    [LoggerMessage(6301, LogLevel.Warning, "The password of user {User} was right, but its stronger hash could not be stored")]
    public static partial void NotRehashed(this ILogger logger, string user, Exception exception);

    [LoggerMessage(6302, LogLevel.Information, "Secrets are sealed with the key of the credential {Credential}")]
    public static partial void SealedByCredential(this ILogger logger, string credential);

    [LoggerMessage(6303, LogLevel.Information, "Made the key that secrets are sealed with: {File}. Keep a copy where the backups are not")]
    public static partial void SealingKeyMade(this ILogger logger, string file);

    [LoggerMessage(6304, LogLevel.Warning, "When {Credential} was last used could not be stored")]
    public static partial void UseNotStored(this ILogger logger, string credential, Exception exception);

    [LoggerMessage(6610, LogLevel.Warning, "From where users and tokens come in could not be written down; it is tried again in a minute")]
    public static partial void FamiliarNotStored(this ILogger logger, Exception exception);

    [LoggerMessage(6305, LogLevel.Error, "{Count} secrets and access keys are sealed with a key that is not here, and cannot be used: restore the key, or set them anew")]
    public static partial void SealedByOthers(this ILogger logger, int count);
}
