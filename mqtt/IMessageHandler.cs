namespace Roost.Mqtt;

/// <summary>A reader in the same process. Called on the broker's loop: it must return at once and never block.</summary>
public interface IMessageHandler
{
    /// <returns>
    /// Completes when the reader has made the message as durable as it promises. The publisher of a QoS 1 or 2 message gets its
    /// PUBACK or PUBREC only then. A fault withholds the acknowledgement: an MQTT 5 publisher gets a reason code, a 3.1.1 publisher
    /// is disconnected and will send again.
    /// </returns>
    ValueTask Handle(in PublishedMessage message);
}
