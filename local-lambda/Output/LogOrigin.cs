using System.Runtime.InteropServices;

namespace Roost.LocalLambda.Output;

/// <summary>Where a line comes from.</summary>
/// <param name="RequestId">The invocation; null for what is printed between two, or while a worker starts.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogOrigin(LogKind Kind, string Version, string? RequestId);

internal enum LogKind
{
    Printed,

    /// <summary>START, END, REPORT and INIT_START of the function's keeper.</summary>
    Platform,

    /// <summary>The keeper tells of a failure.</summary>
    Failure,
}
