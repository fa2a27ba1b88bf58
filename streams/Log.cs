using Microsoft.Extensions.Logging;

namespace Roost.Streams;

/// <summary>All log messages of this room: 4000-4999. Numbers are never used again.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Warning, "Stream {Stream} is not configured any more. Its records are kept in {Folder} and can be read; 'roost stream delete {Name}' removes them.")]
    public static partial void StreamNotConfigured(ILogger logger, StreamName stream, string folder, StreamName name);

    [LoggerMessage(4001, LogLevel.Error, "Stream {Stream} in {Folder} cannot be opened: it takes no records and is not exported until this is repaired and the daemon restarted.")]
    public static partial void StreamNotOpened(ILogger logger, StreamName stream, string folder, Exception exception);

    [LoggerMessage(4100, LogLevel.Information, "Stream {Stream} is made.")]
    public static partial void StreamMade(ILogger logger, StreamName stream);

    [LoggerMessage(4101, LogLevel.Information, "Stream {Stream} has another definition.")]
    public static partial void StreamRedefined(ILogger logger, StreamName stream);

    [LoggerMessage(4102, LogLevel.Information, "Stream {Stream} is deleted, with {Records} records. It was used by: {Uses}.")]
    public static partial void StreamDeleted(ILogger logger, StreamName stream, long records, string uses);

    [LoggerMessage(4103, LogLevel.Warning, "What is left of deleted streams could not be removed; the next start tries again.")]
    public static partial void RestsNotRemoved(ILogger logger, Exception exception);

    [LoggerMessage(4104, LogLevel.Warning, "Stream {Stream}: what its consumers are done with could not be freed.")]
    public static partial void NotFreed(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(4105, LogLevel.Error, "Stream {Stream}: what it remembers of its producers is damaged and was made again from its records. A producer that repeats what is not among them any more is refused, or stored twice.")]
    public static partial void ProducersDamaged(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(4106, LogLevel.Warning, "Stream {Stream}: what it remembers of its producers could not be written. Until it can, a repetition after a kill may be stored twice.")]
    public static partial void ProducersNotSaved(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(4107, LogLevel.Warning, "Stream {Stream} lost its oldest {Records} records: all streams together have what they may have, or the disk is full but for the reserve. More are reported once a minute.")]
    public static partial void DroppedForAll(ILogger logger, StreamName stream, long records);

    [LoggerMessage(4108, LogLevel.Warning, "Stream {Stream} may give offsets from {Offset} on to other records than before: {Reason}. What is exported from now on is of incarnation {Incarnation}, so that no receiver takes it for what it has.")]
    public static partial void OffsetsGivenAgain(ILogger logger, StreamName stream, long offset, string reason, string incarnation);

    [LoggerMessage(4109, LogLevel.Warning, "Stream {Stream} could not note that it is open. If a power cut now costs records that were exported, receivers may take later ones for those.")]
    public static partial void OpeningNotNoted(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(4010, LogLevel.Information, "Connected to the cloud at {Endpoint} as {ClientIdentifier}.")]
    public static partial void UplinkConnected(ILogger logger, string endpoint, string clientIdentifier);

    [LoggerMessage(4011, LogLevel.Warning, "The connection to the cloud at {Endpoint} was lost: {Reason} Records wait in their streams.")]
    public static partial void UplinkLost(ILogger logger, string endpoint, string reason);

    [LoggerMessage(4012, LogLevel.Warning, "Cannot connect to the cloud at {Endpoint}: {Reason} Records wait in their streams; Roost goes on trying.")]
    public static partial void UplinkUnreachable(ILogger logger, string endpoint, string reason);

    [LoggerMessage(4013, LogLevel.Debug, "Attempt {Attempt} to connect to the cloud at {Endpoint} failed: {Reason} Next in {Delay}.")]
    public static partial void UplinkStillUnreachable(ILogger logger, int attempt, string endpoint, string reason, TimeSpan delay);

    [LoggerMessage(4020, LogLevel.Information, "Export {Export} of stream {Stream} goes on at offset {Offset}.")]
    public static partial void ExportStarted(ILogger logger, string export, StreamName stream, long offset);

    [LoggerMessage(4021, LogLevel.Warning, "Export {Export} of stream {Stream} lost records {First} to {Last}: retention freed them before they were exported. Raise the stream's retention if outages last this long.")]
    public static partial void ExportGap(ILogger logger, string export, StreamName stream, long first, long last);

    [LoggerMessage(4022, LogLevel.Warning, "Export {Export} of stream {Stream}: record {Offset} was refused: {Reason} It is sent again in {Delay} (attempt {Attempt}).")]
    public static partial void ExportRefused(ILogger logger, string export, StreamName stream, long offset, string reason, TimeSpan delay, int attempt);

    [LoggerMessage(4023, LogLevel.Error, "Export {Export} of stream {Stream}: record {Offset} cannot be delivered and was moved to $dead: {Reason}")]
    public static partial void ExportDead(ILogger logger, string export, StreamName stream, long offset, string reason);

    [LoggerMessage(4030, LogLevel.Error, "Export {Export} of stream {Stream} cannot go on at offset {Offset}; it tries again every {Period}.")]
    public static partial void ExportHalted(ILogger logger, string export, StreamName stream, long offset, TimeSpan period, Exception exception);

    [LoggerMessage(4037, LogLevel.Warning, "Export {Export} waits for its stream: {Reason}")]
    public static partial void ExportWithoutStream(ILogger logger, string export, string reason);

    [LoggerMessage(4031, LogLevel.Warning, "Export {Export} of stream {Stream}: records {First} to {Last} were not taken by {Destination}: {Reason} They are sent again until they are.")]
    public static partial void ExportDeferred(ILogger logger, string export, StreamName stream, long first, long last, string destination, string reason);

    [LoggerMessage(4032, LogLevel.Debug, "Export {Export} of stream {Stream}: records {First} to {Last} were not taken: {Reason} Next in {Delay}.")]
    public static partial void ExportStillDeferred(ILogger logger, string export, StreamName stream, long first, long last, string reason, TimeSpan delay);

    [LoggerMessage(4033, LogLevel.Information, "Export {Export} of stream {Stream}: {Destination} takes records again.")]
    public static partial void ExportRecovered(ILogger logger, string export, StreamName stream, string destination);

    [LoggerMessage(4034, LogLevel.Warning, "Export {Export} of stream {Stream} gave up {Count} records that are older than its max-age.")]
    public static partial void ExportExpired(ILogger logger, string export, StreamName stream, long count);

    [LoggerMessage(4035, LogLevel.Error, "Export {Export} of stream {Stream}: record {Offset} was refused for good and is left out, as the export's 'refused' says: {Reason}")]
    public static partial void ExportDropped(ILogger logger, string export, StreamName stream, long offset, string reason);

    [LoggerMessage(4036, LogLevel.Information, "Export {Export} of stream {Stream} was {Change} by an operator.")]
    public static partial void ExportPaused(ILogger logger, string export, StreamName stream, string change);

    [LoggerMessage(4025, LogLevel.Warning, "Export {Export} of stream {Stream} cannot note its position {Offset}; records behind it may be sent again.")]
    public static partial void ExportNotCommitted(ILogger logger, string export, StreamName stream, long offset, Exception exception);

    [LoggerMessage(4026, LogLevel.Warning, "Export {Export} of stream {Stream} passed over {Lost} records from {First} to {Next} (exclusive): they were lost to damage and given up by a repair.")]
    public static partial void ExportPassedDamage(ILogger logger, string export, StreamName stream, long lost, long first, long next);

    [LoggerMessage(4150, LogLevel.Information, "The cloud's first host {Endpoint} can be reached again: the uplink goes back to it.")]
    public static partial void UplinkReturns(ILogger logger, string endpoint);

    [LoggerMessage(4151, LogLevel.Debug, "The uplink stays on its fallback: {Endpoint} cannot be reached. {Reason}")]
    public static partial void UplinkStaysOnFallback(ILogger logger, string endpoint, string reason);

    [LoggerMessage(4060, LogLevel.Information, "Export {Export} of stream {Stream}: the upload of {Key} that an earlier run left unfinished in the store was given up.")]
    public static partial void S3UploadGivenUp(ILogger logger, string export, StreamName stream, string key);

    [LoggerMessage(4061, LogLevel.Information, "Export {Export} of stream {Stream} cannot look for uploads that were left unfinished ({Reason}): have the bucket itself give up incomplete multipart uploads after some days.")]
    public static partial void S3UploadsNotListed(ILogger logger, string export, StreamName stream, string reason);

    [LoggerMessage(4062, LogLevel.Warning, "This machine's clock is {Offset} behind that of the object store. Requests are signed with the store's time; set the clock.")]
    public static partial void S3ClockCorrected(ILogger logger, TimeSpan offset);
}
