using Roost.Shadow.Documents;

namespace Roost.Shadow.Sync;

/// <summary>What both sides had when they were equal last. There is none for a shadow that neither side had then.</summary>
/// <param name="CloudNewest">See <see cref="SyncSide.Newest"/>.</param>
internal sealed record SyncBase(ShadowState State, long LocalVersion, long CloudVersion, long CloudNewest)
{
    public bool LocalIsUntouched(SyncSide local) =>
        local is { State: { } state, Recreated: false } && local.Version == LocalVersion && StateEquality.Same(state, State);

    public bool CloudIsUntouched(SyncSide cloud) =>
        cloud is { State: { } state, Recreated: false } && cloud.Version == CloudVersion
        && (cloud.Newest == CloudNewest || cloud.Newest == 0 || CloudNewest == 0) && StateEquality.Same(state, State);

    /// <summary>Versions of one lineage only rise; a shadow deleted for more than 48 hours starts again at 1.</summary>
    public bool CloudStartedAgain(SyncSide cloud) => cloud.State is not null && cloud.Version < CloudVersion;

    /// <inheritdoc cref="CloudStartedAgain"/>
    public bool LocalStartedAgain(SyncSide local) => local.State is not null && local.Version < LocalVersion;
}
