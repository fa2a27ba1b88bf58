namespace Roost.Shadow.Store;

/// <summary>
/// What the store holds for a shadow is not what was written there. It is neither guessed at nor overwritten: the shadow answers
/// 500 until the row is restored from a backup or removed by hand. All other shadows go on.
/// </summary>
internal sealed class CorruptShadowException(ShadowId id, string fault, Exception? innerException = null)
    : Exception($"The stored record of shadow '{id}' is damaged: {fault}. Restore its row in shadows.db from a backup, or delete the row to start the shadow anew.", innerException)
{
    public ShadowId Id { get; } = id;
}
