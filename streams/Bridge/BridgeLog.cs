using Microsoft.Extensions.Logging;

namespace Roost.Streams.Bridge;

/// <summary>Log messages of the bridge: 4160-4199 of the room's.</summary>
internal static partial class BridgeLog
{
    [LoggerMessage(4160, LogLevel.Warning, "Bridge {Bridge} dropped messages: {Reason}, {Count} so far. Reported at most once a minute.")]
    public static partial void Dropped(ILogger logger, string bridge, string reason, long count);

    [LoggerMessage(4161, LogLevel.Warning, "The queue of bridge {Bridge} waits: {Reason}")]
    public static partial void QueueWaits(ILogger logger, string bridge, string reason);

    [LoggerMessage(4162, LogLevel.Error, "The queue of bridge {Bridge} is not sent any more until the daemon is restarted.")]
    public static partial void QueueStopped(ILogger logger, string bridge, Exception exception);

    [LoggerMessage(4163, LogLevel.Warning, "The cloud refuses the subscription to {TopicFilter} of bridge {Bridge}: {Reason} It is asked again in {Delay}.")]
    public static partial void SubscriptionRefused(ILogger logger, string topicFilter, string bridge, string reason, TimeSpan delay);

    [LoggerMessage(4164, LogLevel.Warning, "A message from the cloud for bridge {Bridge} cannot be taken here, and waits: {Reason}")]
    public static partial void InWaits(ILogger logger, string bridge, string reason);

    [LoggerMessage(4165, LogLevel.Warning, "Bridge {Bridge} is not configured any more. {Count} messages for the cloud are kept in {Folder}; name an entry so to send them, or remove the folder.")]
    public static partial void NotConfigured(ILogger logger, string bridge, long count, string folder);

    [LoggerMessage(4166, LogLevel.Error, "The queue of bridge {Bridge} in {Folder} cannot be opened: publishers on its topics are refused until this is repaired and the daemon restarted.")]
    public static partial void QueueNotOpened(ILogger logger, string bridge, string folder, Exception exception);

    [LoggerMessage(4167, LogLevel.Warning, "The list of subscriptions {Path} cannot be written; one that is removed from the configuration may stay in the cloud. {Reason}")]
    public static partial void SubscriptionsNotNoted(ILogger logger, string path, string reason);

    [LoggerMessage(4168, LogLevel.Warning, "Bridge {Bridge} could not take what is retained here already: {Reason} It is tried at the next start.")]
    public static partial void StoredNotTaken(ILogger logger, string bridge, string reason);
}
