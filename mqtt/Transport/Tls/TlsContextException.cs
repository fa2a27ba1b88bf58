namespace Roost.Mqtt.Transport.Tls;

/// <summary>OpenSSL does not take a certificate or key; the message is its reason.</summary>
internal sealed class TlsContextException(string reason) : Exception(reason);
