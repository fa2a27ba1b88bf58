using System.Text;

namespace Roost.Mqtt;

/// <summary>
/// Topics on which only the broker itself publishes: <c>$SYS/...</c> and <c>$aws/events/...</c>, but for <c>$SYS/broker/connection/+/state</c>,
/// where mosquitto's bridges tell the other broker whether they are there.
/// </summary>
public static class ReservedTopics
{
    /// <summary>Also the bare levels, so that nothing can be retained where a filter on what is below finds it.</summary>
    public static bool Contains(TopicName topic) => Contains(Encoding.UTF8.GetBytes(topic.Value));

    internal static bool Contains(ReadOnlySpan<byte> topic) =>
        topic[0] == (byte)'$' && (IsWithin(topic, "$SYS"u8) || IsWithin(topic, "$aws/events"u8)) && !IsStateOfBridge(topic);

    private static bool IsStateOfBridge(ReadOnlySpan<byte> topic) =>
        topic.StartsWith("$SYS/broker/connection/"u8) && topic.EndsWith("/state"u8) && topic.Count((byte)'/') == 4;

    private static bool IsWithin(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> parent) =>
        topic.StartsWith(parent) && (topic.Length == parent.Length || topic[parent.Length] == (byte)'/');
}
