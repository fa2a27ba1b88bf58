using Microsoft.Extensions.Logging;

namespace Roost.Mqtt.Client;

/// <summary>Log messages of the client: event ids 1900 to 1999.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1900, LogLevel.Information, "Connected to MQTT server {Host}:{Port} as {ClientIdentifier}, session present: {SessionPresent}")]
    public static partial void Connected(this ILogger logger, string host, int port, string clientIdentifier, bool sessionPresent);

    [LoggerMessage(1901, LogLevel.Warning, "No connection to MQTT server {Host}:{Port}; trying again in {Delay}")]
    public static partial void Reconnecting(this ILogger logger, string host, int port, TimeSpan delay, Exception reason);

    [LoggerMessage(1902, LogLevel.Error, "The handler of messages from MQTT server {Host}:{Port} failed")]
    public static partial void HandlerFailed(this ILogger logger, string host, int port, Exception exception);

    [LoggerMessage(1903, LogLevel.Warning, "MQTT server {Host}:{Port} refused {TopicFilter} when it was subscribed again: {ReasonCode}")]
    public static partial void ResubscribeRefused(this ILogger logger, string host, int port, string topicFilter, ReasonCode reasonCode);
}
