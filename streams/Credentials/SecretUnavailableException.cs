namespace Roost.Streams.Credentials;

/// <summary>A secret that the configuration names cannot be had now; it is asked for again at the next attempt. The message says what to do.</summary>
internal sealed class SecretUnavailableException(string message) : Exception(message);
