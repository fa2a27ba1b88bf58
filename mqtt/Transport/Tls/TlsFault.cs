namespace Roost.Mqtt.Transport.Tls;

/// <summary>A file of a listener's TLS cannot be used.</summary>
/// <param name="Key">The property of <see cref="MqttTlsOptions"/> that names it.</param>
/// <param name="Problem">What follows the key: the file, what is wrong with it, and the remedy.</param>
internal sealed record TlsFault(string Key, string Problem);
