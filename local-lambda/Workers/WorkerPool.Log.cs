using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Workers;

/// <summary>All of its log messages: in one file, as their generator orders several differently each time, and two builds have to give the same.</summary>
internal sealed partial class WorkerPool
{
    [LoggerMessage(3010, LogLevel.Debug, "Function {Function}: worker {Worker} is ready after {InitMilliseconds:0.0} ms")]
    private partial void LogWorkerReady(string function, string worker, double initMilliseconds);

    [LoggerMessage(3011, LogLevel.Debug, "Function {Function}: worker {Worker} has ended with exit code {ExitCode}")]
    private partial void LogWorkerEnded(string function, string worker, int exitCode);

    [LoggerMessage(3012, LogLevel.Error, "Function {Function}: worker {Worker} could not be started: {Reason}")]
    private partial void LogWorkerNotStarted(string function, string worker, string reason);

    [LoggerMessage(3013, LogLevel.Error, "Function {Function}: worker {Worker} was ended, because what keeps it has failed")]
    private partial void LogWorkerFailed(string function, string worker, Exception exception);

    [LoggerMessage(3014, LogLevel.Error, "Function {Function}: no worker can be made: {Reason}")]
    private partial void LogNoWorker(string function, string reason);

    [LoggerMessage(3104, LogLevel.Debug, "Function {Function}: a worker starts beside one that takes longer than usual")]
    private partial void LogHedged(string function);
}
