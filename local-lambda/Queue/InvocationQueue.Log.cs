using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Queue;

/// <summary>All of its log messages: in one file, as their generator orders several differently each time, and two builds have to give the same.</summary>
internal sealed partial class InvocationQueue
{
    [LoggerMessage(3031, LogLevel.Error, "Function {Function}: what became of the event at {Offset} of its queue could not be kept; it will run again")]
    private partial void LogFateUnknown(string function, long offset, Exception exception);

    [LoggerMessage(3402, LogLevel.Error, "Function {Function}: its queue in {Folder} cannot be opened; events for it are refused")]
    private partial void LogNotOpened(string function, string folder, Exception exception);

    [LoggerMessage(3403, LogLevel.Warning, "The empty queue in {Folder} could not be removed: {Reason}")]
    private partial void LogNotRemoved(string folder, string reason);

    [LoggerMessage(3607, LogLevel.Error, "Function {Function}: what became of the event at {Offset} of its queue is held in memory until there is room for it, and the event is not run again: {Reason}")]
    private partial void LogHeld(string function, long offset, string reason);
}
