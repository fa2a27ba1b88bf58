using Microsoft.Extensions.Logging;

namespace Roost.Mqtt;

/// <summary>What the broker says to its operator: event ids 1000 to 1099, and 1900 to 1949.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "Listening for {Protocol} on {Address}{Name}.")]
    public static partial void Listening(ILogger logger, string protocol, string address, string name);

    [LoggerMessage(1001, LogLevel.Debug, "{ClientIdentifier} connected from {RemoteEndPoint}; session present: {SessionPresent}.")]
    public static partial void ClientConnected(ILogger logger, string clientIdentifier, string remoteEndPoint, bool sessionPresent);

    [LoggerMessage(1002, LogLevel.Debug, "{ClientIdentifier} at {RemoteEndPoint} is gone: {Reason}.")]
    public static partial void ClientDisconnected(ILogger logger, string clientIdentifier, string remoteEndPoint, string reason);

    [LoggerMessage(1003, LogLevel.Information, "The session of {ClientIdentifier} has expired; {Waiting} messages that waited for it are gone.")]
    public static partial void SessionExpired(ILogger logger, string clientIdentifier, int waiting);

    [LoggerMessage(1004, LogLevel.Warning,
        "{ClientIdentifier} has {Waiting} messages waiting, {Bytes} bytes; further ones are dropped for it until it takes some (limits: {Limit}).")]
    public static partial void QueueFull(ILogger logger, string clientIdentifier, int waiting, long bytes, string limit);

    [LoggerMessage(1005, LogLevel.Warning, "A reader could not keep {Count} message(s), whose publishers get no acknowledgement: {Reason}")]
    public static partial void ReaderFailed(ILogger logger, long count, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "No connection is accepted on {Listener} for {Seconds} s: {Reason}.")]
    public static partial void AcceptingPaused(ILogger logger, string listener, int seconds, string reason);

    [LoggerMessage(1007, LogLevel.Information, "Restored {Sessions} sessions, {Subscriptions} subscriptions, {Retained} retained and {Queued} queued messages.")]
    public static partial void Restored(ILogger logger, int sessions, int subscriptions, int retained, long queued);

    [LoggerMessage(1008, LogLevel.Error, "The session journal cannot be written. What would have to be kept is refused until there is room again; a disk that failed needs a restart.")]
    public static partial void JournalFailed(ILogger logger, Exception exception);

    [LoggerMessage(1009, LogLevel.Critical, "The broker's loop has ended by a fault of its own; the daemon must be restarted.")]
    public static partial void LoopFailed(ILogger logger, Exception exception);

    [LoggerMessage(1010, LogLevel.Information, "The session journal is whole again: what was refused meanwhile has been written.")]
    public static partial void JournalRepaired(ILogger logger);

    [LoggerMessage(1020, LogLevel.Error, "The client at {RemoteEndPoint} was refused, as its authentication failed by a fault of the authenticator.")]
    public static partial void AuthenticatorFailed(ILogger logger, string remoteEndPoint, Exception exception);

    [LoggerMessage(1021, LogLevel.Error, "A client's policy has failed; what it was asked for is refused.")]
    public static partial void PolicyFailed(ILogger logger, Exception exception);

    [LoggerMessage(1022, LogLevel.Information, "{ClientIdentifier} at {RemoteEndPoint} on {Listener} was refused: {Reason}.")]
    public static partial void ClientRefused(ILogger logger, string clientIdentifier, string remoteEndPoint, string listener, string reason);

    [LoggerMessage(1023, LogLevel.Error, "An authenticator has failed as it was told that its client is gone.")]
    public static partial void HookFailed(ILogger logger, Exception exception);

    [LoggerMessage(1011, LogLevel.Warning,
        "{ClientIdentifier} takes too little: {Publishers} publisher(s) were held for it for {Seconds} s and go on. What does not fit is dropped for it until it has taken some (limits: backpressure).")]
    public static partial void ReceiverGivenUp(ILogger logger, string clientIdentifier, int publishers, double seconds);

    [LoggerMessage(1012, LogLevel.Information, "{ClientIdentifier} at {RemoteEndPoint} on {Listener} was closed: {Reason}.")]
    public static partial void ClientClosed(ILogger logger, string clientIdentifier, string remoteEndPoint, string listener, string reason);

    [LoggerMessage(1013, LogLevel.Information, "{Count} more in the last 10 s without a line of their own: {What}.")]
    public static partial void LinesLeftOut(ILogger logger, long count, string what);

    [LoggerMessage(1014, LogLevel.Warning,
        "A retained message on {Topic} has reached who is subscribed and is not retained: {Retained} are, with {Bytes} bytes (limits: {Limit}).")]
    public static partial void NoRetainedRoom(ILogger logger, string topic, int retained, long bytes, string limit);

    [LoggerMessage(1040, LogLevel.Information, "The connection from {RemoteEndPoint} to {Listener} was closed: {Reason}.")]
    public static partial void ConnectionRejected(ILogger logger, string remoteEndPoint, string listener, string reason);

    [LoggerMessage(1041, LogLevel.Information, "New connections get the certificate {File} as it is now, good until {NotAfter:u}.")]
    public static partial void CertificateLoaded(ILogger logger, string file, DateTime notAfter);

    [LoggerMessage(1042, LogLevel.Warning, "New connections still get the former certificate of {File}, until its files change again: {Reason}.")]
    public static partial void CertificateKept(ILogger logger, string file, string reason);

    [LoggerMessage(1043, LogLevel.Warning,
        "The certificate {File} is good from {NotBefore:u} to {NotAfter:u}, and the clock says {Now:u}: clients will refuse it. Renew it, or set the clock.")]
    public static partial void CertificateOutOfDate(ILogger logger, string file, DateTime notBefore, DateTime notAfter, DateTime now);

    [LoggerMessage(1931, LogLevel.Warning, "{Listener} takes passwords in the clear (passwords-in-clear): everybody between a client and this machine can read them. Give it tls.")]
    public static partial void PasswordsInClear(ILogger logger, string listener);

    [LoggerMessage(1930, LogLevel.Error, "Somebody who is told of connections has failed.")]
    public static partial void ObserverFailed(ILogger logger, Exception exception);

    [LoggerMessage(1050, LogLevel.Error,
        "{Bytes} bytes are to be written down for one thing, and a record of the sessions' journal has at most {Most}: the former record stays, what depends on this one is refused.")]
    public static partial void JournalRecordTooLarge(ILogger logger, long bytes, int most);
}
