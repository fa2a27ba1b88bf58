namespace Roost.LocalLambda.Rollouts;

/// <summary>Where a rollout is. All but the first are final.</summary>
internal enum RolloutState
{
    InProgress,

    /// <summary>The new version serves all calls.</summary>
    Promoted,

    /// <summary>The version before serves all calls again.</summary>
    RolledBack,

    /// <summary>Something newer was deployed before it was decided.</summary>
    Superseded,
}
