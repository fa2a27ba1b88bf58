using Roost.Mqtt;

namespace Roost.Streams;

/// <summary>One connection to the cloud, from CONNACK to its end, for users besides the exports. Nothing outlives it: subscriptions are made anew on the next.</summary>
public interface IUplinkConnection
{
    /// <summary>Cancelled when the connection has ended.</summary>
    CancellationToken Lost { get; }

    /// <summary>Hands over each message that arrives, whoever subscribed to it, one after the other.</summary>
    /// <param name="receiver">Must return at once and never throw.</param>
    void Receive(Action<MqttMessage> receiver);

    /// <returns>The filters that the server refused.</returns>
    /// <exception cref="Mqtt.Client.MqttConnectionException">The connection ended before the answer.</exception>
    Task<IReadOnlyList<TopicFilter>> SubscribeAsync(IReadOnlyList<TopicFilter> filters, CancellationToken cancellationToken);

    /// <returns>Completes with the server's acknowledgement.</returns>
    /// <exception cref="MqttPublishRefusedException">The server refused the message.</exception>
    /// <exception cref="Mqtt.Client.MqttConnectionException">The connection ended before the acknowledgement.</exception>
    ValueTask PublishAsync(MqttMessage message);

    /// <summary>The server did what it was asked for; the waits between attempts to connect start over.</summary>
    void NoteUseful();
}
