namespace Roost.Mqtt.Client;

/// <summary>The server's answer to a SUBSCRIBE or UNSUBSCRIBE.</summary>
/// <param name="Filters">In the order of the request. In MQTT 3.1.1 an UNSUBSCRIBE always succeeds.</param>
/// <param name="ReasonString">For people only; null where there is none.</param>
/// <param name="UserProperties">In the server's order.</param>
public sealed record MqttFilterResults(
    IReadOnlyList<MqttFilterResult> Filters, string? ReasonString, IReadOnlyList<UserProperty> UserProperties)
{
    /// <exception cref="MqttSubscriptionRefusedException">The server refused a filter: the first of them.</exception>
    public void ThrowIfRefused()
    {
        foreach (var filter in Filters)
        {
            if (filter.IsRefused)
            {
                throw new MqttSubscriptionRefusedException(filter.Filter.Value, filter.ReasonCode, ReasonString);
            }
        }
    }
}
