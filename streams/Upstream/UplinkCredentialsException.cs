namespace Roost.Streams.Upstream;

/// <summary>A password, or the file of a certificate, cannot be used now; it is read again at the next attempt.</summary>
internal sealed class UplinkCredentialsException(string message, Exception cause) : Exception(message, cause);
