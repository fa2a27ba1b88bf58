namespace Roost.Shadow.Sync;

/// <summary>What is to be done on one side: nothing, an update, or a deletion.</summary>
/// <param name="Patch">Null: no update.</param>
/// <param name="ExpectedVersion">Of the shadow that the step was decided for; null where there was none.</param>
internal readonly record struct SyncStep(StatePatch? Patch, bool Delete, long? ExpectedVersion)
{
    public bool IsNothing => Patch is null && !Delete;
}
