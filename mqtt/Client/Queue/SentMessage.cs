namespace Roost.Mqtt.Client.Queue;

/// <summary>A message handed to the client.</summary>
/// <param name="Message">Null with a <paramref name="Loss"/>: it only waits for its turn to be counted.</param>
/// <param name="Bytes">What it takes of the window.</param>
/// <param name="Answer">Awaited once, in order.</param>
internal readonly record struct SentMessage(long Offset, MqttMessage? Message, QueueLoss Loss, int Bytes, ValueTask Answer);
