using System.Text;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.Output;

/// <summary>The lines of one version's keeper, in Lambda's words: INIT_START, INIT_REPORT, START, END, REPORT, and what went wrong.</summary>
internal sealed class PlatformLog(FunctionDefinition definition, FunctionLog log)
{
    public void InitStart() => Write(null, LogKind.Platform, $"INIT_START Runtime Version: {definition.Runtime.Name}", keep: false);

    /// <summary>Of a start that failed; one that went well is told by the REPORT of the first invocation.</summary>
    public void InitReport(TimeSpan duration, bool timedOut, string? errorType)
    {
        var error = timedOut || errorType is null ? "" : $"\tError Type: {errorType}";
        Write(null, LogKind.Failure, $"INIT_REPORT Init Duration: {duration.TotalMilliseconds:0.00} ms\tPhase: init\tStatus: {(timedOut ? "timeout" : "error")}{error}", keep: true);
    }

    public void Start(Invocation invocation) => Write(invocation, LogKind.Platform, $"START RequestId: {invocation.RequestId} Version: {definition.Version}", keep: false);

    /// <summary>What the keeper has to say of an invocation that it ended.</summary>
    public void Failure(Invocation invocation, string line) => Write(invocation, LogKind.Failure, line, keep: true);

    /// <summary>Why a worker was ended.</summary>
    /// <param name="invocation">What it ran; null for nothing.</param>
    public void Ended(Invocation? invocation, string line) => Write(invocation, LogKind.Failure, line, keep: true);

    public void End(Invocation invocation, in InvocationReport report)
    {
        // Only what went wrong is worth a write to the SD card; the rest stays in memory.
        var kind = report.Failed ? LogKind.Failure : LogKind.Platform;
        Write(invocation, LogKind.Platform, $"END RequestId: {invocation.RequestId}", keep: false);
        Write(invocation, kind, Text(invocation, report), keep: report.Failed);
        if (invocation.Trace is { IsSampled: true } trace)
        {
            Write(invocation, kind, $"XRAY TraceId: {trace.RootId}\tSegmentId: {trace.ParentId}\tSampled: true\t", keep: report.Failed);
        }
    }

    private string Text(Invocation invocation, in InvocationReport report)
    {
        var text = new StringBuilder(256).Append($"REPORT RequestId: {invocation.RequestId}\tDuration: {report.Duration.TotalMilliseconds:0.00} ms\tBilled Duration: {report.BilledMilliseconds} ms\tMemory Size: {definition.MemoryMebibytes} MB\tMax Memory Used: {report.PeakMemoryBytes >> 20} MB\t");
        if (report.InitDuration is { } init)
        {
            text.Append($"Init Duration: {init.TotalMilliseconds:0.00} ms\t");
        }

        if (report.Failed)
        {
            text.Append("Status: ").Append(report.Status).Append('\t');
        }

        if (report is { Outcome: not InvocationOutcome.TimedOut, ErrorType: { } type })
        {
            text.Append("Error Type: ").Append(type).Append('\t');
        }

        return text.ToString();
    }

    private void Write(Invocation? invocation, LogKind kind, string line, bool keep) =>
        log.Write(Encoding.UTF8.GetBytes(line), new LogOrigin(kind, definition.Version, invocation?.RequestId), invocation?.Tail, keep);
}
