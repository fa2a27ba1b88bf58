using Microsoft.Extensions.Logging;

namespace Roost.Identity;

internal static partial class Log
{
    [LoggerMessage(6400, LogLevel.Error, "What was begun for certificate {Fingerprint} could not be taken back; the next start tries again. The certificate is not active")]
    public static partial void NotTakenBack(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6401, LogLevel.Error, "A request to {Topic} failed and was answered so; nothing was made")]
    public static partial void ProvisioningFailed(this ILogger logger, string topic, Exception exception);

    [LoggerMessage(6402, LogLevel.Warning, "Certificates that nobody has claimed could not be cleaned; the next round tries again")]
    public static partial void NotCleaned(this ILogger logger, Exception exception);

    [LoggerMessage(6403, LogLevel.Warning, "The answer on {Topic} was not taken by the broker")]
    public static partial void ProvisioningNotAnswered(this ILogger logger, string topic, Exception exception);
}
