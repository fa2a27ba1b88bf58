using Microsoft.Extensions.Logging;

namespace Roost.Mqtt.Client;

/// <summary>Log messages of the client: event ids 1900 to 1999.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1900, LogLevel.Information, "Connected to MQTT server {Endpoint} as {ClientIdentifier}, session present: {SessionPresent}.")]
    public static partial void Connected(this ILogger logger, string endpoint, string clientIdentifier, bool sessionPresent);

    [LoggerMessage(1901, LogLevel.Warning, "No connection to MQTT server {Endpoint}; trying again in {Delay}.")]
    public static partial void Reconnecting(this ILogger logger, string endpoint, TimeSpan delay, Exception reason);

    [LoggerMessage(1902, LogLevel.Error, "The handler of messages from MQTT server {Endpoint} failed.")]
    public static partial void HandlerFailed(this ILogger logger, string endpoint, Exception exception);

    [LoggerMessage(1903, LogLevel.Warning, "MQTT server {Endpoint} refused {TopicFilter} when it was subscribed again: {ReasonCode}.")]
    public static partial void ResubscribeRefused(this ILogger logger, string endpoint, string topicFilter, ReasonCode reasonCode);

    [LoggerMessage(1904, LogLevel.Warning, "The server refuses message {Offset} of the outgoing queue {Folder}; it leaves the queue. {Reason}")]
    public static partial void QueueMessageRefused(this ILogger logger, string folder, long offset, string reason);

    [LoggerMessage(1905, LogLevel.Warning, "Message {Offset} of the outgoing queue {Folder} was refused and will be sent again. {Reason}")]
    public static partial void QueueMessageDeferred(this ILogger logger, string folder, long offset, string reason);

    [LoggerMessage(1906, LogLevel.Warning, "Position {Offset} of the outgoing queue {Folder} could not be written; after a crash, messages may be sent again.")]
    public static partial void QueuePositionNotWritten(this ILogger logger, string folder, long offset, Exception exception);
}
