namespace Roost.Streams;

/// <summary>Where an export goes.</summary>
public enum ExportTarget
{
    /// <summary>One message a record over <see cref="CloudMqttOptions"/>.</summary>
    Mqtt,
}
