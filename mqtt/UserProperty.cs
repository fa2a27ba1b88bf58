namespace Roost.Mqtt;

/// <summary>A name and value pair of MQTT 5 (section 2.2.2.2).</summary>
public readonly record struct UserProperty(string Name, string Value);
