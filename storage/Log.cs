using Microsoft.Extensions.Logging;

namespace Roost.Storage;

/// <summary>Every log message of storage; event ids 500 to 599.</summary>
internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Warning, "Segment {Segment}: cut {Bytes} bytes of a write that was not finished; the log goes on at {Offset}. Nothing acknowledged is lost.")]
    public static partial void TornTailCut(ILogger logger, string segment, long bytes, long offset);

    [LoggerMessage(501, LogLevel.Warning, "Segment {Segment} was not finished when the machine stopped and held no records; removed.")]
    public static partial void SegmentBeginningRemoved(ILogger logger, string segment);

    [LoggerMessage(502, LogLevel.Error, "Log {Folder} is full: records {FirstOffset} to {NextOffset} (exclusive) were refused. Free space on its file system.")]
    public static partial void DiskFull(ILogger logger, string folder, long firstOffset, long nextOffset, Exception exception);

    [LoggerMessage(503, LogLevel.Critical, "Log {Folder} failed and takes no more records: check the disk, then restart.")]
    public static partial void LogFailed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(504, LogLevel.Debug, "Log {Folder} gave up its {Records} oldest records: its retention is used up.")]
    public static partial void OldestDropped(ILogger logger, string folder, long records);

    [LoggerMessage(505, LogLevel.Warning, "Cursor {Cursor} stood at {Committed}, beyond the end {NextOffset} of log {Folder}, which has lost records to a power cut; moved to the end.")]
    public static partial void CursorBeyondEnd(ILogger logger, string cursor, long committed, long nextOffset, string folder);

    [LoggerMessage(506, LogLevel.Warning, "Cursor {Cursor} of log {Folder}: its newest position could not be read, going on from {Committed}.")]
    public static partial void CursorSlotLost(ILogger logger, string cursor, string folder, long committed);

    [LoggerMessage(507, LogLevel.Error, "A callback of log {Folder} failed.")]
    public static partial void CallbackFailed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(508, LogLevel.Warning, "Segment {Segment} could not be removed; it is tried again when the log is opened.")]
    public static partial void SegmentNotRemoved(ILogger logger, string segment, Exception exception);

    [LoggerMessage(509, LogLevel.Error, "Segment {Segment} is damaged or missing. Nobody relies on its records any more: it and what is before it are kept beside as *{Extension} and not read. Remove them, or restore them from a backup while the daemon is stopped.")]
    public static partial void SegmentDamaged(ILogger logger, string segment, string extension, Exception exception);

    [LoggerMessage(530, LogLevel.Warning, "Segment {Segment} could not be compressed and stays as it is.")]
    public static partial void SegmentNotCompressed(ILogger logger, string segment, Exception exception);

    [LoggerMessage(531, LogLevel.Error, "Log {Folder}: segment {Segment} is damaged at position {Position}: records {FirstOffset} to {NextOffset} (exclusive) cannot be read: {Reason}. The others can. Restore the file from a backup while the daemon is stopped, or give these records up by a repair.")]
    public static partial void DamageFound(ILogger logger, string folder, string segment, long position, long firstOffset, long nextOffset, string reason);

    [LoggerMessage(532, LogLevel.Warning, "Log {Folder}: records {FirstOffset} to {NextOffset} (exclusive) of segment {Segment} were given up by a repair. The damaged file is kept: {Aside}.")]
    public static partial void DamageGivenUp(ILogger logger, string folder, string segment, long firstOffset, long nextOffset, string aside);

    [LoggerMessage(533, LogLevel.Warning, "Log {Folder} could not be verified to its end.")]
    public static partial void VerificationFailed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(534, LogLevel.Warning, "Log {Folder}: how old its records are could not be written down. After a kill they may be kept for longer than their retention says.")]
    public static partial void AgesNotKept(ILogger logger, string folder, Exception exception);

    [LoggerMessage(520, LogLevel.Error, "Database {Path}: a transaction of {Actions} actions failed and was rolled back.")]
    public static partial void TransactionFailed(ILogger logger, string path, int actions, Exception exception);
}
