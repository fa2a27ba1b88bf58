using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>Things and certificates; event ids 6100 to 6199.</summary>
internal static partial class Log
{
    [LoggerMessage(6100, LogLevel.Information, "The gateway's own CA was made: {Subject}, SHA-256 {Fingerprint}. Its key is in a backup only if one is made")]
    public static partial void AuthorityMade(this ILogger logger, string subject, string fingerprint);

    [LoggerMessage(6101, LogLevel.Information, "The server certificate {File} was made, as {Reason}; good until {NotAfter:yyyy-MM-dd}, for {Names}")]
    public static partial void ServerCertificateMade(this ILogger logger, string file, string reason, DateTimeOffset notAfter, string names);
}
