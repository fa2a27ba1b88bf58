using Microsoft.Extensions.Logging;

namespace Roost.Hardware;

/// <summary>Event ids 7020 to 7049.</summary>
internal static partial class Log
{
    [LoggerMessage(7020, LogLevel.Information, "{Thing}.{Property} is {Chip} line {Line}")]
    public static partial void LineTaken(this ILogger logger, string thing, string property, string chip, int line);

    [LoggerMessage(7021, LogLevel.Warning, "Edges come faster than the broker takes them: {Dropped} dropped so far, now one of {Thing}.{Property}. Debounce the line, or publish one kind of edge; more is reported once a minute")]
    public static partial void EdgesDropped(this ILogger logger, string thing, string property, long dropped);
}
