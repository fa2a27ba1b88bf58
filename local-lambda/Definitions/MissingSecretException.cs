namespace Roost.LocalLambda.Definitions;

/// <summary>A worker cannot start, because its environment refers to a secret that is not there.</summary>
internal sealed class MissingSecretException(string message) : Exception(message);
