namespace Roost.Streams;

/// <summary>A key of the configuration that names a secret.</summary>
/// <param name="Secret">Its name.</param>
/// <param name="Key">For people: <c>cloud.mqtt.password-secret</c>, or <c>http.hmac-key-secret of export NAME of stream STREAM</c>.</param>
/// <param name="Fault">Why it cannot be used at the moment, with what to do; null when it can.</param>
public sealed record StreamSecretUse(string Secret, string Key, string? Fault);
