using System.Net;
using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>Logins and secrets: 6300 to 6399.</summary>
internal static partial class Log
{
    [LoggerMessage(6300, LogLevel.Warning, "Too many wrong tries as {Principal}, the last one from {Source}: further ones are refused for {Duration}")]
    public static partial void GuesserLocked(this ILogger logger, string principal, IPAddress source, TimeSpan duration);
}
