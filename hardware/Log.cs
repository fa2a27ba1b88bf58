using Microsoft.Extensions.Logging;

namespace Roost.Hardware;

/// <summary>All log messages of the room, in one file, as their generator orders several differently each time, and two builds have to give the same; event ids 7000 to 7999.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "{Thing}.{Property} ({Source}): {Fault}")]
    public static partial void PointFaulted(this ILogger logger, string thing, string property, string source, string fault);

    [LoggerMessage(7001, LogLevel.Information, "{Thing}.{Property} ({Source}) is well again")]
    public static partial void PointIsWell(this ILogger logger, string thing, string property, string source);

    [LoggerMessage(7002, LogLevel.Warning, "The shadow of {Thing} did not take what its hardware reports: {Reason}. It is tried again, at most every minute")]
    public static partial void NotReported(this ILogger logger, string thing, string reason);

    [LoggerMessage(7003, LogLevel.Information, "The shadow of {Thing} takes what its hardware reports again")]
    public static partial void ReportedAgain(this ILogger logger, string thing);

    [LoggerMessage(7004, LogLevel.Warning, "{Thing}.{Property} was not set to what its shadow desires ({Value}): {Reason}")]
    public static partial void NotDriven(this ILogger logger, string thing, string property, string value, string reason);

    [LoggerMessage(7005, LogLevel.Warning, "The broker did not take a value for {Topic}: {Reason}. It is tried again")]
    public static partial void NotPublished(this ILogger logger, string topic, string reason);

    [LoggerMessage(7006, LogLevel.Warning, "The desired state of {Thing} could not be read: {Reason}. Its outputs begin at their initial values")]
    public static partial void NothingDesired(this ILogger logger, string thing, string reason);

    [LoggerMessage(7007, LogLevel.Error, "A part of the hardware has ended by a defect of Roost: {Source}. The rest goes on")]
    public static partial void SourceEnded(this ILogger logger, string source, Exception exception);

    [LoggerMessage(7008, LogLevel.Error, "What the hardware of {Thing} does is not reported any more, by a defect of Roost")]
    public static partial void ReporterEnded(this ILogger logger, string thing, Exception exception);

    [LoggerMessage(7009, LogLevel.Error, "What the shadow of {Thing} desires was not taken to its outputs, by a defect of Roost. Its next update is tried")]
    public static partial void DrivingFailed(this ILogger logger, string thing, Exception exception);

    [LoggerMessage(7020, LogLevel.Information, "{Thing}.{Property} is {Chip} line {Line}")]
    public static partial void LineTaken(this ILogger logger, string thing, string property, string chip, int line);

    [LoggerMessage(7021, LogLevel.Warning, "Edges come faster than the broker takes them: {Dropped} dropped so far, now one of {Thing}.{Property}. Debounce the line, or publish one kind of edge; more is reported once a minute")]
    public static partial void EdgesDropped(this ILogger logger, string thing, string property, long dropped);
}
