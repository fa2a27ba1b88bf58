namespace Roost.Shadow.Sync;

internal enum SyncTurnState
{
    Idle,

    /// <summary>Due, and waits for a free place.</summary>
    Ready,

    Running,

    /// <summary>Failed, and waits for its next attempt.</summary>
    Waiting,

    /// <summary>Has no turn until something new comes, like <see cref="Idle"/>, but is not equal on both sides.</summary>
    Held,
}
