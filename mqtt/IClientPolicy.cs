namespace Roost.Mqtt;

/// <summary>
/// What one client may do. Asked on the broker's loop: answer at once from memory. Answers are remembered per topic until
/// <see cref="MqttBroker.UpdatePolicyAsync"/> gives the client a new policy. A policy that throws has refused.
/// </summary>
public interface IClientPolicy
{
    /// <summary>False: <see cref="MayReceive"/> is never asked, and a subscription alone decides.</summary>
    bool ChecksReceived { get; }

    /// <summary>Also asked of the topic of a will.</summary>
    bool MayPublish(TopicName topic, bool retain);

    /// <param name="filter">Without <c>$share/NAME/</c>.</param>
    /// <param name="shareName">Null for an ordinary subscription.</param>
    bool MaySubscribe(TopicFilter filter, string? shareName);

    /// <summary>
    /// Whether a message that matches one of the client's subscriptions goes to it, asked when it is sent: also of what has waited. What a member of a shared
    /// subscription may not have is for another one.
    /// </summary>
    bool MayReceive(TopicName topic);
}
