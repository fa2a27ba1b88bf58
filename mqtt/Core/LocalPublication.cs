namespace Roost.Mqtt.Core;

/// <summary>A publication from within the process.</summary>
internal sealed class LocalPublication(BrokerCore core) : LocalRequest
{
    public required MqttMessage Message { get; init; }

    public override void Open() => core.Publish(this);
}
