using Roost.Mqtt;

namespace Roost.Shadow;

/// <summary>One connection to the upstream. There are no subscriptions on it in the beginning, and nothing outlives it.</summary>
public interface IShadowUpstreamConnection
{
    /// <summary>Cancelled when the connection has ended.</summary>
    CancellationToken Lost { get; }

    /// <summary>Hands over each message that arrives, one after the other, until the connection ends. Call it before subscribing.</summary>
    /// <param name="receiver">Must return at once; messages that it does not know are not its own.</param>
    void Receive(Action<MqttMessage> receiver);

    /// <returns>The filters that the upstream refused.</returns>
    /// <exception cref="Mqtt.Client.MqttConnectionException">The connection ended.</exception>
    Task<IReadOnlyList<TopicFilter>> SubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken);

    /// <returns>Completes with the upstream's acknowledgement.</returns>
    /// <exception cref="Mqtt.Client.MqttConnectionException">The connection ended.</exception>
    /// <exception cref="MqttPublishRefusedException">The upstream refused the message.</exception>
    ValueTask PublishAsync(MqttMessage message);

    /// <summary>The upstream did what it was asked for: such a connection is worth having.</summary>
    void NoteUseful();
}
