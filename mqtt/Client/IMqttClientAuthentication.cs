namespace Roost.Mqtt.Client;

/// <summary>A method of enhanced authentication (MQTT 5 section 4.12), such as SCRAM: client and server exchange data until both are content.</summary>
public interface IMqttClientAuthentication
{
    /// <summary>Its name as client and server agreed upon it, such as <c>SCRAM-SHA-256</c>.</summary>
    string Method { get; }

    /// <summary>Begins an exchange: one for each connection, and one for each re-authentication.</summary>
    IMqttAuthenticationExchange Begin();
}
