using System.Net;
using Microsoft.Extensions.Logging;

namespace Roost.Identity;

/// <summary>All log messages of the room, in one file, as their generator orders several differently each time, and two builds have to give the same; event ids 6000 to 6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Things, credentials and policies are in {File}")]
    public static partial void Opened(this ILogger logger, string file);

    [LoggerMessage(6001, LogLevel.Information, "{Entry}")]
    public static partial void Audited(this ILogger logger, AuditEntry entry);

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

    [LoggerMessage(6105, LogLevel.Warning, "The registration of {Fingerprint} was not told over MQTT")]
    public static partial void RegistrationNotTold(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6106, LogLevel.Warning, "{Kind} {Name} {State} on {NotAfter:yyyy-MM-dd}: {Remedy}")]
    public static partial void CredentialEnds(this ILogger logger, string kind, string name, string state, DateTimeOffset notAfter, string remedy);

    [LoggerMessage(6107, LogLevel.Error, "Looking after certificates has failed and is tried again in a minute")]
    public static partial void KeepingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(6108, LogLevel.Warning, "The renewal that {ClientIdentifier} asked for has failed")]
    public static partial void RenewalFailed(this ILogger logger, string clientIdentifier, Exception exception);

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

    [LoggerMessage(6305, LogLevel.Error, "{Count} secrets and access keys are sealed with a key that is not here, and cannot be used: restore the key, or set them anew")]
    public static partial void SealedByOthers(this ILogger logger, int count);

    [LoggerMessage(6400, LogLevel.Error, "What was begun for certificate {Fingerprint} could not be taken back; the next start tries again. The certificate is not active")]
    public static partial void NotTakenBack(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6401, LogLevel.Error, "A request to {Topic} failed and was answered so; nothing was made")]
    public static partial void ProvisioningFailed(this ILogger logger, string topic, Exception exception);

    [LoggerMessage(6402, LogLevel.Warning, "Certificates that nobody has claimed could not be cleaned; the next round tries again")]
    public static partial void NotCleaned(this ILogger logger, Exception exception);

    [LoggerMessage(6403, LogLevel.Warning, "The answer on {Topic} was not taken by the broker")]
    public static partial void ProvisioningNotAnswered(this ILogger logger, string topic, Exception exception);

    [LoggerMessage(6450, LogLevel.Debug, "{Action} by {Principal} (client {Client}, from {Source}) on {Resource}: {Reason}")]
    public static partial void Noted(this ILogger logger, string action, string? principal, string? client, string? source, string? resource, string? reason);

    [LoggerMessage(6451, LogLevel.Error, "The audit in {Folder} is not as it was left: {Finding}. It goes on, and has a record of this. 'roost audit verify' shows all that is wrong")]
    public static partial void ChainBroken(this ILogger logger, string folder, string finding);

    [LoggerMessage(6452, LogLevel.Error, "The audit cannot be written: changes of identity are refused until it can; connections go on. Look for a full or failing disk")]
    public static partial void AuditNotWritten(this ILogger logger, Exception exception);

    [LoggerMessage(6453, LogLevel.Information, "The audit can be written again")]
    public static partial void AuditWrittenAgain(this ILogger logger);

    [LoggerMessage(6520, LogLevel.Warning, "That {Fingerprint} was used could not be written down")]
    public static partial void FirstUseNotStored(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6560, LogLevel.Warning, "Things, credentials and policies were put back: {Finding}. The audit has a record of it; look for what has to be revoked again")]
    public static partial void DatabasePutBack(this ILogger logger, string finding);

    [LoggerMessage(6561, LogLevel.Warning, "The identity database could not be told how far the audit is: an older copy of the audit put back might not be noticed until it is")]
    public static partial void NoteNotKept(this ILogger logger, Exception exception);

    [LoggerMessage(6600, LogLevel.Warning, "The certificate {Fingerprint} is registered and could not be activated; its next connection tries again")]
    public static partial void NotActivated(this ILogger logger, string fingerprint, Exception exception);

    [LoggerMessage(6610, LogLevel.Warning, "From where users and tokens come in could not be written down; it is tried again in a minute")]
    public static partial void FamiliarNotStored(this ILogger logger, Exception exception);

    [LoggerMessage(6611, LogLevel.Warning, "The certificate {Fingerprint} waits for its activation: its subject says '{Thing}', which is {Other}. Attach it to a thing, then 'roost cert activate' it")]
    public static partial void NameIsAnothers(this ILogger logger, string fingerprint, string thing, string other);
}
