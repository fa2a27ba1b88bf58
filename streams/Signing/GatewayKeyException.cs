namespace Roost.Streams.Signing;

/// <summary>The gateway's key cannot be read or made; the message says where and what to do.</summary>
internal sealed class GatewayKeyException(string message, Exception innerException) : Exception(message, innerException);
