using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client;

/// <summary>Subscribing and unsubscribing. Requests wait for a connection, and are sent again until they are answered; cancelling ends only the waiting.</summary>
public sealed partial class MqttClient
{
    /// <summary>Subscribes now, or as soon as there is a connection, and again on each connection that finds no session.</summary>
    /// <returns>The QoS granted, which may be lower.</returns>
    /// <exception cref="MqttSubscriptionRefusedException">The server refused.</exception>
    /// <exception cref="MqttConnectionException">The client was closed before the answer.</exception>
    public async Task<QualityOfService> SubscribeAsync(
        TopicFilter filter, QualityOfService qualityOfService = QualityOfService.AtLeastOnce, CancellationToken cancellationToken = default)
    {
        var results = await SubscribeAsync(new MqttSubscribeRequest { Subscriptions = [new MqttSubscription(filter, qualityOfService)] }, cancellationToken);
        results.ThrowIfRefused();
        return results.Filters[0].Granted;
    }

    /// <summary>Subscribes to several filters at once, with all that MQTT 5 offers. A filter that the server refuses is told in the result.</summary>
    /// <exception cref="MqttSubscriptionRefusedException">The server has said in CONNACK that it does not take such a subscription.</exception>
    /// <exception cref="MqttConnectionException">The client was closed before the answer.</exception>
    /// <exception cref="ArgumentException">There is no filter, the identifier is out of bounds, or a shared subscription has No Local.</exception>
    /// <exception cref="InvalidOperationException">A thousand requests wait for their answers already.</exception>
    public async Task<MqttFilterResults> SubscribeAsync(MqttSubscribeRequest request, CancellationToken cancellationToken = default)
    {
        Check(request);
        SubscriptionRequest[] subscriptions =
        [
            .. request.Subscriptions.Select(subscription => new SubscriptionRequest(
                subscription.Filter.Value, subscription.QualityOfService, subscription.NoLocal, subscription.RetainAsPublished, subscription.RetainHandling)),
        ];
        var answer = await _session.RequestAsync(
            identifier => new SubscribePacket
            {
                PacketIdentifier = identifier,
                Subscriptions = subscriptions,
                SubscriptionIdentifier = request.SubscriptionIdentifier,
                UserProperties = request.UserProperties,
            },
            cancellationToken);
        return ToResults(answer, [.. request.Subscriptions.Select(subscription => subscription.Filter)]);
    }

    /// <summary>Ends a subscription; it is not made again from then on.</summary>
    /// <exception cref="MqttSubscriptionRefusedException">The server refused. That there was no such subscription is no refusal.</exception>
    /// <exception cref="MqttConnectionException">The client was closed before the answer.</exception>
    public async Task UnsubscribeAsync(TopicFilter filter, CancellationToken cancellationToken = default) =>
        (await UnsubscribeAsync([filter], cancellationToken: cancellationToken)).ThrowIfRefused();

    /// <summary>Ends several subscriptions at once. <see cref="ReasonCode.NoSubscriptionExisted"/> is no refusal.</summary>
    /// <param name="userProperties">MQTT 5 only.</param>
    /// <exception cref="MqttConnectionException">The client was closed before the answer.</exception>
    public async Task<MqttFilterResults> UnsubscribeAsync(
        IReadOnlyList<TopicFilter> filters, IReadOnlyList<UserProperty>? userProperties = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(filters.Count, nameof(filters)); // [MQTT-3.10.3-2]
        string[] texts = [.. filters.Select(filter => filter.Value)];
        var answer = await _session.RequestAsync(
            identifier => new UnsubscribePacket { PacketIdentifier = identifier, Filters = texts, UserProperties = userProperties ?? [] },
            cancellationToken);
        return ToResults(answer, filters);
    }

    private static void Check(MqttSubscribeRequest request)
    {
        if (request.Subscriptions.Count == 0)
        {
            throw new ArgumentException("A SUBSCRIBE has one topic filter at least [MQTT-3.8.3-2].", nameof(request));
        }

        if (request.SubscriptionIdentifier is < 1 or > VariableByteInteger.Max)
        {
            throw new ArgumentException($"The subscription identifier is {request.SubscriptionIdentifier}; use 1 to 268,435,455.", nameof(request));
        }

        if (request.Subscriptions.Any(subscription => subscription.NoLocal && subscription.Filter.Value.StartsWith("$share/", StringComparison.Ordinal)))
        {
            throw new ArgumentException("A shared subscription cannot have No Local [MQTT-3.8.3-4].", nameof(request));
        }
    }

    /// <remarks>An UNSUBACK of 3.1.1 has no reason codes: it succeeds.</remarks>
    private static MqttFilterResults ToResults(SubscribeAcknowledgementPacket answer, IReadOnlyList<TopicFilter> filters) => new(
        [.. filters.Select((filter, index) => new MqttFilterResult(filter, index < answer.ReasonCodes.Count ? answer.ReasonCodes[index] : ReasonCode.Success))],
        answer.ReasonString,
        answer.UserProperties);
}
