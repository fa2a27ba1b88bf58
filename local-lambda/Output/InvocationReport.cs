using System.Runtime.InteropServices;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda.Output;

/// <summary>What the REPORT line tells.</summary>
/// <param name="Duration">From the choice of a worker to its answer; where none could start, from the start of the one that failed.</param>
/// <param name="InitDuration">Null for a warm start.</param>
/// <param name="PeakMemoryBytes">0 where the kernel did not tell.</param>
/// <param name="ErrorType">Null for success.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct InvocationReport(InvocationOutcome Outcome, TimeSpan Duration, TimeSpan? InitDuration, long PeakMemoryBytes, string? ErrorType)
{
    public bool Failed => Outcome != InvocationOutcome.Success;

    /// <summary>In Lambda's words, which tell a time-out apart and nothing else.</summary>
    public string Status => Outcome switch { InvocationOutcome.Success => "success", InvocationOutcome.TimedOut => "timeout", _ => "error" };

    /// <summary>In whole milliseconds, begun ones included; since 2025 Lambda bills the start too.</summary>
    public long BilledMilliseconds => (long)Math.Ceiling((Duration + InitDuration.GetValueOrDefault()).TotalMilliseconds);
}
