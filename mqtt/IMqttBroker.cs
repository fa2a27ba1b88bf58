namespace Roost.Mqtt;

/// <summary>The broker as the rest of the process sees it: publish and subscribe without a socket. Any thread may call.</summary>
public interface IMqttBroker
{
    /// <returns>Completes when every durable reader of the message has it (at QoS 0: when it has been routed).</returns>
    /// <exception cref="MqttPublishRefusedException">A durable reader could not keep the message.</exception>
    ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken = default);

    /// <summary>Hands every message that matches <paramref name="filter"/> to <paramref name="handler"/> until the result is disposed of.</summary>
    /// <returns>Completes when the subscription is in force, retained messages that match included.</returns>
    ValueTask<IAsyncDisposable> SubscribeAsync(TopicFilter filter, IMessageHandler handler, CancellationToken cancellationToken = default);
}
