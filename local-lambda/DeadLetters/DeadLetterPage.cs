namespace Roost.LocalLambda.DeadLetters;

/// <param name="Letters">Newest first.</param>
/// <param name="Next">Where the next page begins: letters before this identifier; null when there are no more.</param>
internal sealed record DeadLetterPage(IReadOnlyList<StoredDeadLetter> Letters, long? Next);
