using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>Things and certificates; event ids 6100 to 6199.</summary>
internal static partial class Log
{
    [LoggerMessage(6100, LogLevel.Information, "The gateway's own CA was made: {Subject}, SHA-256 {Fingerprint}. Its key is in a backup only if one is made")]
    public static partial void AuthorityMade(this ILogger logger, string subject, string fingerprint);

    [LoggerMessage(6101, LogLevel.Information, "The server certificate {File} was made, as {Reason}; good until {NotAfter:yyyy-MM-dd}, for {Names}")]
    public static partial void ServerCertificateMade(this ILogger logger, string file, string reason, DateTimeOffset notAfter, string names);

    [LoggerMessage(6102, LogLevel.Warning, "{Count} certificates of {Authority} wait for their activation; no more are registered until somebody activates or deletes some: roost cert list --status pending_activation")]
    public static partial void TooManyPending(this ILogger logger, string authority, int count);

    [LoggerMessage(6103, LogLevel.Warning, "The certificate {Fingerprint} of {Subject} waits for its activation: its subject has no {Attribute} that could be a thing's name")]
    public static partial void NoThingInSubject(this ILogger logger, string fingerprint, string subject, string attribute);

    [LoggerMessage(6104, LogLevel.Warning, "The certificate {Fingerprint} waits for its activation: it claims to be thing {Thing}, which is registered already, and not with certificates of {Authority} alone")]
    public static partial void ThingIsAnothers(this ILogger logger, string fingerprint, string thing, string authority);

    [LoggerMessage(6611, LogLevel.Warning, "The certificate {Fingerprint} waits for its activation: its subject says '{Thing}', which is {Other}. Attach it to a thing, then 'roost cert activate' it")]
    public static partial void NameIsAnothers(this ILogger logger, string fingerprint, string thing, string other);

    [LoggerMessage(6105, LogLevel.Warning, "The registration of {Fingerprint} was not told over MQTT")]
    public static partial void RegistrationNotTold(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6106, LogLevel.Warning, "{Kind} {Name} {State} on {NotAfter:yyyy-MM-dd}: {Remedy}")]
    public static partial void CredentialEnds(this ILogger logger, string kind, string name, string state, DateTimeOffset notAfter, string remedy);

    [LoggerMessage(6107, LogLevel.Error, "Looking after certificates has failed and is tried again in a minute")]
    public static partial void KeepingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(6108, LogLevel.Warning, "The renewal that {ClientIdentifier} asked for has failed")]
    public static partial void RenewalFailed(this ILogger logger, string clientIdentifier, Exception exception);

    [LoggerMessage(6520, LogLevel.Warning, "That {Fingerprint} was used could not be written down")]
    public static partial void FirstUseNotStored(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6600, LogLevel.Warning, "The certificate {Fingerprint} is registered and could not be activated; its next connection tries again")]
    public static partial void NotActivated(this ILogger logger, string fingerprint, Exception exception);
}
