namespace Roost.LocalLambda.DeadLetters;

/// <summary>The payload of a record that says that a letter before it is gone. Such a record has the headers <c>removed</c>.</summary>
/// <param name="Removed">The letter's identifier: its offset.</param>
/// <param name="How"><c>replayed</c> or <c>deleted</c>.</param>
internal sealed record DeadLetterRemoval(long Removed, string How);
