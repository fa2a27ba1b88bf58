namespace Roost.Mqtt;

/// <summary>The last retained message of a topic.</summary>
/// <param name="RetainedAt">When it was published.</param>
public sealed record RetainedMessage(MqttMessage Message, DateTimeOffset RetainedAt);
