namespace Roost.LocalLambda.DeadLetters;

/// <summary>A dead letter has no event that could run again.</summary>
internal sealed class NotReplayableException(string message) : Exception(message);
