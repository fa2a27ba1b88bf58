namespace Roost.Mqtt;

/// <summary>One method of MQTT 5's enhanced authentication (section 4.12). A client that names a method nobody has is refused with 0x8C.</summary>
public interface IEnhancedAuthenticator
{
    /// <summary>As clients name it, for example <c>SCRAM-SHA-256</c>.</summary>
    string Method { get; }

    /// <summary>A client begins: with its CONNECT, and each time it authenticates again. On the broker's loop: it must return at once.</summary>
    IAuthenticationExchange Begin(ClientCredentials credentials);
}
