namespace Roost.LocalLambda.Code;

/// <summary>Code that cannot be taken: too large, or with what does not belong into a function. The message says what, where, and what to do.</summary>
internal sealed class InvalidCodeException(string message) : Exception(message);
