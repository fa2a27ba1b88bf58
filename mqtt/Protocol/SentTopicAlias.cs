namespace Roost.Mqtt.Protocol;

/// <summary>The Topic Alias of a PUBLISH that is written (MQTT 5 section 3.3.2.3.4).</summary>
/// <param name="Alias">1 to 65,535; 0 for none.</param>
/// <param name="StandsForTopic">The receiver knows it on this connection: the topic itself is left out.</param>
internal readonly record struct SentTopicAlias(ushort Alias, bool StandsForTopic);
