using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Output;

/// <summary>Which lines somebody asks for.</summary>
/// <param name="Since">Null: from the oldest that is kept.</param>
/// <param name="Last">So many of the newest; null: all.</param>
/// <param name="RequestId">Of this invocation alone.</param>
/// <param name="FailuresOnly">Only what is told of failures: <see cref="LogSelection"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogQuery(DateTimeOffset? Since, int? Last, string? RequestId, bool FailuresOnly)
{
    /// <summary>Of <see cref="Last"/>.</summary>
    public const int MaxLast = 10_000;

    /// <summary>By its time and invocation.</summary>
    public bool Wants(LogLine line) => (Since is not { } since || line.Time >= since) && (RequestId is null || line.Origin.RequestId == RequestId);
}
