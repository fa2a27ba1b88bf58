namespace Roost.Shadow.Store;

/// <summary>
/// What the store holds for a shadow is not what was written there. It is neither guessed at nor overwritten: the shadow answers
/// 500 until it is restored from a backup or deleted. All other shadows go on.
/// </summary>
/// <param name="version">That stands in the row: perhaps not the right one; anything that it cannot be is taken for 1.</param>
internal sealed class CorruptShadowException(ShadowId id, long version, string fault, Exception? innerException = null)
    : Exception(
        $"The stored record of shadow '{id}' is damaged: {fault}. Restore a backup with 'roost restore', or give it up with 'roost shadow delete {id.Thing}{(id.IsClassic ? "" : $" --name {id.Name}")}'.",
        innerException)
{
    public ShadowId Id { get; } = id;

    /// <summary>At least 1. What comes next under the name goes on above it.</summary>
    public long Version { get; } = version is > 0 and <= ShadowTable.MostVersion ? version : 1;
}
