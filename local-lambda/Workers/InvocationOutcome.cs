namespace Roost.LocalLambda.Workers;

/// <summary>How an invocation ended, as logs and metrics tell it apart.</summary>
internal enum InvocationOutcome
{
    Success,

    /// <summary>The function raised, or answered more than it may.</summary>
    FunctionError,

    TimedOut,

    OutOfMemory,

    /// <summary>The runtime ended without an answer.</summary>
    Crashed,

    /// <summary>The worker that was started for it never asked for an event.</summary>
    InitFailed,
}
