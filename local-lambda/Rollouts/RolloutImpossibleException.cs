namespace Roost.LocalLambda.Rollouts;

/// <summary>What an operator asked for does not fit the state that the function is in. The message says what, and what to do.</summary>
internal sealed class RolloutImpossibleException(string message) : Exception(message);
