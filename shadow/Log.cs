using Microsoft.Extensions.Logging;
using Roost.Shadow.Requests;

namespace Roost.Shadow;

/// <summary>All log messages of the room; event ids 2000 to 2999.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Shadows are in {File}")]
    public static partial void Opened(this ILogger logger, string file);

    [LoggerMessage(2001, LogLevel.Error, "Shadow {Shadow} cannot be read and answers 500")]
    public static partial void CorruptRecord(this ILogger logger, ShadowId shadow, Exception exception);

    [LoggerMessage(2002, LogLevel.Error, "A {Operation} of shadow {Shadow} failed and was answered 500")]
    public static partial void RequestFailed(this ILogger logger, ShadowOperation operation, ShadowId shadow, Exception exception);

    [LoggerMessage(2003, LogLevel.Error, "The changes of {Count} shadows were not stored; their senders were told so. Look for a full or failing disk")]
    public static partial void CommitFailed(this ILogger logger, int count, Exception? exception);

    [LoggerMessage(2004, LogLevel.Warning, "The broker did not take a message for {Topic}; who waits for it will miss it")]
    public static partial void NotAnnounced(this ILogger logger, string topic, Exception exception);

    [LoggerMessage(2005, LogLevel.Debug, "{Count} tombstones older than 48 hours were removed")]
    public static partial void Purged(this ILogger logger, int count);

    [LoggerMessage(2006, LogLevel.Warning, "Old tombstones could not be removed; the next try is in {Interval}")]
    public static partial void PurgeFailed(this ILogger logger, TimeSpan interval, Exception exception);

    [LoggerMessage(2007, LogLevel.Warning, "Shadows could not be copied from their journal into shadows.db; the journal has them, and the next try is in some seconds. Look for a full or failing disk")]
    public static partial void NotStored(this ILogger logger, Exception exception);

    [LoggerMessage(2008, LogLevel.Information, "{Count} changes of shadows were taken from the journal: the daemon was not stopped in order")]
    public static partial void CaughtUp(this ILogger logger, long count);

    [LoggerMessage(2009, LogLevel.Error, "The journal of the shadows in {Folder} has the changes {First} to {End}, and shadows.db has those below {Applied}: one of the two was replaced or removed. Shadows are as shadows.db has them; changes that only the journal had are gone")]
    public static partial void JournalDoesNotFit(this ILogger logger, string folder, long first, long end, long applied);

    [LoggerMessage(2020, LogLevel.Warning, "Shadow {Shadow} was damaged in shadows.db and was written anew from the journal, at version {Version}")]
    public static partial void Healed(this ILogger logger, ShadowId shadow, long version);

    [LoggerMessage(2021, LogLevel.Error, "Shadow {Shadow} is damaged in shadows.db and could not be written anew from the journal")]
    public static partial void NotHealed(this ILogger logger, ShadowId shadow, Exception exception);

    [LoggerMessage(2022, LogLevel.Error, "{Shadows} shadows and {Changes} changes of the journal are damaged. The first: {Fault}")]
    public static partial void DamageFound(this ILogger logger, long shadows, long changes, string fault);

    [LoggerMessage(2023, LogLevel.Debug, "{Shadows} shadows and {Changes} changes of the journal were checked, all sound")]
    public static partial void CheckedSound(this ILogger logger, long shadows, long changes);

    [LoggerMessage(2024, LogLevel.Warning, "The shadows could not be checked; they are served all the same. 'roost shadow check' tries again")]
    public static partial void CheckFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2030, LogLevel.Warning, "{Place} cannot be read: versions of shadows that only it had may be given out again")]
    public static partial void VersionsUnknown(this ILogger logger, string place, Exception exception);

    [LoggerMessage(2031, LogLevel.Warning, "The shadows in {Folder} cannot be opened as they are; a restore begins with a new, empty history")]
    public static partial void PresentUnreadable(this ILogger logger, string folder, Exception exception);

    [LoggerMessage(2050, LogLevel.Error, "The journal of the shadows is damaged where a client wanted to go on; it was sent all shadows instead")]
    public static partial void WatchedJournalDamaged(this ILogger logger, Exception exception);

    [LoggerMessage(2051, LogLevel.Critical, "The shadows have ended by a defect of Roost; every request is answered 500 until the daemon is started again")]
    public static partial void LoopEnded(this ILogger logger, Exception exception);

    [LoggerMessage(2052, LogLevel.Error, "Who follows the changes of shadows has missed one of {Shadow}")]
    public static partial void ObserverFailed(this ILogger logger, ShadowId shadow, Exception exception);
}
