using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda;

/// <summary>All of its log messages: in one file, as their generator orders several differently each time, and two builds have to give the same.</summary>
public sealed partial class FunctionHost
{
    [LoggerMessage(3000, LogLevel.Error, "No function will run, because functions must be isolated and {Reason}. To run them all the same, with all rights of the daemon's user, set functions: isolation: none")]
    private partial void LogNoIsolation(string reason);

    [LoggerMessage(3004, LogLevel.Warning, "The queue of function {Function} is kept, but the function is not in the folder any more; put it back, or remove its queue's folder")]
    private partial void LogQueueWithoutFunction(string function);

    [LoggerMessage(3150, LogLevel.Warning, "Functions run without isolation, with all rights of the daemon's user, because the configuration says functions: isolation: none")]
    private partial void LogUnisolated();

    [LoggerMessage(3151, LogLevel.Warning, "Ended {Count} processes of functions' sandboxes, which a daemon that was killed had left behind")]
    private partial void LogSandboxesLeft(int count);

    [LoggerMessage(3252, LogLevel.Warning, "Function {Function} is not run for an event that functions have caused {Passes} times in a chain: does it publish where its own trigger listens? More are reported once a minute")]
    private partial void LogLoop(string function, int passes);

    [LoggerMessage(3301, LogLevel.Warning, "Function {Function} is removed, because its folder {Folder} is gone")]
    private partial void LogWithdrawn(string function, string folder);

    [LoggerMessage(3350, LogLevel.Warning, "Code that no function refers to any more could not be removed: {Reason} The next change of a function tries again")]
    private partial void LogNotSwept(string reason);

    [LoggerMessage(3408, LogLevel.Warning, "Function {Function} is removed, and with it {Count} events that waited in its queue")]
    private partial void LogDiscarded(string function, long count);

    [LoggerMessage(3602, LogLevel.Critical, "No function runs, because functions could not be started; everything else does. Repair what is said here, and restart")]
    private partial void LogNotStarted(Exception exception);

    [LoggerMessage(3603, LogLevel.Error, "What had been started of the functions could not be ended in order")]
    private partial void LogNotEnded(Exception exception);

    [LoggerMessage(3605, LogLevel.Error, "Function {Function}: its event sources could not be started. Its next change, or a restart, tries again")]
    private partial void LogSourcesFailed(string function, Exception exception);
}
