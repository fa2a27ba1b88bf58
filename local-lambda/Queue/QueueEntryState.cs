namespace Roost.LocalLambda.Queue;

internal enum QueueEntryState
{
    /// <summary>Not on the disk yet.</summary>
    Appended,
    Ready,
    Waiting,
    Running,
    Gone,
}
