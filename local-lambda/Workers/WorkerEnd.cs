namespace Roost.LocalLambda.Workers;

/// <summary>Why a worker was ended, where its exit code does not tell.</summary>
internal enum WorkerEnd
{
    /// <summary>By itself, or because it was not wanted any more.</summary>
    Usual,

    OutOfMemory,

    TooManyProcesses,
}
