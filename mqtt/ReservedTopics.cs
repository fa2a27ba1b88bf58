using System.Text;

namespace Roost.Mqtt;

/// <summary>
/// Topics on which no client publishes. On <c>$SYS/...</c> and <c>$aws/events/...</c> the broker alone does, but for <c>$SYS/broker/connection/+/state</c>,
/// where mosquitto's bridges tell the other broker whether they are there. On the answers of shadows (<c>$aws/things/+/shadow/update/delta</c> and the like, as AWS IoT
/// reserves them) the daemon's own rooms do: devices act on them, and a right to publish is no right to answer.
/// </summary>
public static class ReservedTopics
{
    private const byte Separator = (byte)'/';

    /// <summary>Also the bare levels, so that nothing can be retained where a filter on what is below finds it.</summary>
    public static bool Contains(TopicName topic) => Contains(Encoding.UTF8.GetBytes(topic.Value));

    /// <summary>Those on which not even rooms of this process publish.</summary>
    public static bool AreTheBrokers(TopicName topic) => AreTheBrokers(Encoding.UTF8.GetBytes(topic.Value));

    internal static bool Contains(ReadOnlySpan<byte> topic) => topic[0] == (byte)'$' && (AreTheBrokers(topic) || IsAnswerOfShadow(topic));

    private static bool AreTheBrokers(ReadOnlySpan<byte> topic) => (IsWithin(topic, "$SYS"u8) || IsWithin(topic, "$aws/events"u8)) && !IsStateOfBridge(topic);

    private static bool IsStateOfBridge(ReadOnlySpan<byte> topic) =>
        topic.StartsWith("$SYS/broker/connection/"u8) && topic.EndsWith("/state"u8) && topic.Count(Separator) == 4;

    private static bool IsAnswerOfShadow(ReadOnlySpan<byte> topic)
    {
        if (!topic.StartsWith("$aws/things/"u8))
        {
            return false;
        }

        var isNamed = topic.Count(Separator) == 7;
        if (!isNamed && topic.Count(Separator) != 5)
        {
            return false;
        }

        var rest = AfterLevel(topic["$aws/things/"u8.Length..]); // the thing's name
        if (!TryTake(ref rest, "shadow/"u8) || isNamed && !TryTake(ref rest, "name/"u8))
        {
            return false;
        }

        rest = isNamed ? AfterLevel(rest) : rest;
        return TryTake(ref rest, "update/"u8) ? IsVerdict(rest) || rest.SequenceEqual("delta"u8) || rest.SequenceEqual("documents"u8)
            : (TryTake(ref rest, "get/"u8) || TryTake(ref rest, "delete/"u8)) && IsVerdict(rest);
    }

    private static bool IsVerdict(ReadOnlySpan<byte> level) => level.SequenceEqual("accepted"u8) || level.SequenceEqual("rejected"u8);

    private static ReadOnlySpan<byte> AfterLevel(ReadOnlySpan<byte> topic) => topic[(topic.IndexOf(Separator) + 1)..];

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> levels)
    {
        if (!rest.StartsWith(levels))
        {
            return false;
        }

        rest = rest[levels.Length..];
        return true;
    }

    private static bool IsWithin(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> parent) =>
        topic.StartsWith(parent) && (topic.Length == parent.Length || topic[parent.Length] == Separator);
}
