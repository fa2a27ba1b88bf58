using System.Text.Json;

namespace Roost.LocalLambda.Workers;

/// <summary>The error objects that the runtime's keeper makes itself, in Lambda's words.</summary>
internal static class FunctionErrors
{
    public const string Unhandled = "Unhandled";

    /// <summary>Largest answer of a function, in bytes: 6 MiB and 100.</summary>
    public const int MaxResponseBytes = (6 * 1024 * 1024) + 100;

    public static byte[] TimedOut(string requestId, TimeSpan timeout) =>
        Body("Sandbox.Timedout", $"RequestId: {requestId} Error: Task timed out after {timeout.TotalSeconds:0.00} seconds");

    public static byte[] InitTimedOut(string requestId, TimeSpan timeout) =>
        Body("Sandbox.Timedout", $"{Of(requestId)}Init timed out after {timeout.TotalSeconds:0.00} seconds");

    public static byte[] ResponseTooLarge(long size) =>
        Body("Function.ResponseSizeTooLarge", $"Response payload size ({size} bytes) exceeded maximum allowed payload size ({MaxResponseBytes} bytes).");

    public static byte[] Truncated(string requestId) => Body("Runtime.TruncatedResponse", $"RequestId: {requestId} Error: The response ended before its announced end");

    public static byte[] InvalidResponseMode(string requestId) => Body("Runtime.InvalidResponseModeHeader", $"RequestId: {requestId} Error: Invalid function response mode");

    /// <param name="exitCode">Of bubblewrap or a shell: above 128 it is 128 and the number of a signal.</param>
    public static byte[] Exited(string requestId, int exitCode, WorkerEnd end) => end switch
    {
        WorkerEnd.OutOfMemory => Body("Runtime.OutOfMemory", $"RequestId: {requestId} Error: Runtime exited with error: signal: killed"),
        WorkerEnd.TooManyProcesses => Body("Runtime.ExitError", $"RequestId: {requestId} Error: Runtime was ended: too many processes"),
        _ => Body("Runtime.ExitError", $"RequestId: {requestId} Error: {Reason(exitCode)}"),
    };

    public static byte[] NotStarted(string requestId, string reason) => Body("Sandbox.Failure", $"{Of(requestId)}{reason}");

    /// <param name="requestId">Empty for a worker that started on nobody's behalf.</param>
    private static string Of(string requestId) => requestId.Length == 0 ? "" : $"RequestId: {requestId} Error: ";

    private static string Reason(int exitCode) => exitCode switch
    {
        0 => "Runtime exited without providing a reason",
        > 128 and < 128 + 65 => $"Runtime exited with error: signal: {Signal(exitCode - 128)}",
        _ => $"Runtime exited with error: exit status {exitCode}",
    };

    private static string Signal(int number) => number switch
    {
        4 => "illegal instruction",
        5 => "trace/breakpoint trap",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        31 => "bad system call",
        _ => $"signal {number}",
    };

    private static byte[] Body(string type, string message) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["errorMessage"] = message, ["errorType"] = type });
}
