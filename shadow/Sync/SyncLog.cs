using Microsoft.Extensions.Logging;

namespace Roost.Shadow.Sync;

/// <summary>Log messages of the sync; event ids 2100 to 2199.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(2100, LogLevel.Information, "{Count} shadows are synced with the cloud, {Changed} of them have changed here since")]
    public static partial void Began(this ILogger logger, int count, int changed);

    [LoggerMessage(2101, LogLevel.Information, "Sync with the cloud's shadows goes on: {Changed} shadows have changed here, {Unknown} have to be compared")]
    public static partial void Connected(this ILogger logger, int changed, int unknown);

    [LoggerMessage(2102, LogLevel.Warning, "The cloud does not let this gateway subscribe to '{Filter}': shadows are subscribed to thing by thing, and those made only there are not noticed. Allow it in the cloud's policy")]
    public static partial void NotForAll(this ILogger logger, string filter);

    [LoggerMessage(2103, LogLevel.Warning, "Subscribing to the cloud's shadows failed ({Reason}); the next attempt is in {Delay}")]
    public static partial void NotSubscribed(this ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(2104, LogLevel.Warning, "Shadow {Shadow} is not synced: {Reason}")]
    public static partial void Failed(this ILogger logger, ShadowId shadow, string reason);

    [LoggerMessage(2105, LogLevel.Debug, "Shadow {Shadow} is still not synced: {Reason}")]
    public static partial void FailedAgain(this ILogger logger, ShadowId shadow, string reason);

    [LoggerMessage(2106, LogLevel.Warning, "The cloud answers none of the requests for shadows; it is asked once in a while. Is there a shadow service behind cloud.mqtt?")]
    public static partial void Silent(this ILogger logger);

    [LoggerMessage(2107, LogLevel.Error, "What was synced last of shadow {Shadow} is damaged. It is synced as if for the first time: values of both sides are joined, and what was removed meanwhile may come back")]
    public static partial void CorruptRow(this ILogger logger, ShadowId shadow);

    [LoggerMessage(2108, LogLevel.Error, "Syncing shadow {Shadow} met a fault of Roost's own or of the disk; it is tried again later")]
    public static partial void Broke(this ILogger logger, ShadowId shadow, Exception exception);

    [LoggerMessage(2109, LogLevel.Error, "That shadow {Shadow} was deleted here could not be noted; if it is made anew before the next sync, it will count as the old one")]
    public static partial void NotMarked(this ILogger logger, ShadowId shadow, Exception exception);

    [LoggerMessage(2110, LogLevel.Error, "The sync of shadows broke down; it starts anew in {Delay}")]
    public static partial void BrokeDown(this ILogger logger, TimeSpan delay, Exception exception);

    [LoggerMessage(2111, LogLevel.Information, "Shadow {Shadow} had changed on both sides at {Path}; the value of the {Winner} stays")]
    public static partial void Conflict(this ILogger logger, ShadowId shadow, string path, ConflictWinner winner);

    [LoggerMessage(2112, LogLevel.Warning, "{Count} shadows are gone in the cloud, and too many are, or all, to believe that somebody deleted them: it may have lost them. They are kept here. 'roost shadow sync accept-deletions' deletes them here too, 'roost shadow sync put-back' makes them in the cloud again")]
    public static partial void Held(this ILogger logger, int count);

    [LoggerMessage(2113, LogLevel.Information, "{Count} shadows that were held: {Decision}")]
    public static partial void Decided(this ILogger logger, int count, string decision);

    [LoggerMessage(2114, LogLevel.Warning, "{Path} is damaged, and is left out of what is restored: all shadows are synced as if for the first time")]
    public static partial void NothingKept(this ILogger logger, string path, Exception exception);
}
