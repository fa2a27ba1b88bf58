namespace Roost.LocalLambda.Http;

/// <summary>No policy allows the caller what the request would do. The message says which action on what.</summary>
internal sealed class RightMissingException(string message) : Exception(message);
