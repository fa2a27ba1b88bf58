namespace Roost.Mqtt.Routing;

/// <summary>How deep topics and filters may be. The trees are walked by recursion: 65,535 slashes must not end the process.</summary>
internal static class TopicLevels
{
    public const int Max = 200; // AWS IoT has 8, mosquitto 200

    public static bool AreBounded(ReadOnlySpan<byte> topicOrFilter) => topicOrFilter.Count((byte)'/') < Max;

    /// <summary>As <see cref="TopicFilter.Matches"/>, without the trees and without allocating.</summary>
    public static bool Match(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> topic)
    {
        // [MQTT-4.7.2-1] A wildcard in the first level does not match topics that begin with $.
        if (topic is [(byte)'$', ..] && filter is [(byte)'+' or (byte)'#', ..])
        {
            return false;
        }

        while (true)
        {
            var isLastFilter = LevelNode<object>.IsLastLevel(filter, out var wanted, out filter);
            if (wanted.SequenceEqual("#"u8))
            {
                return true;
            }

            var isLast = LevelNode<object>.IsLastLevel(topic, out var level, out topic);
            if (!wanted.SequenceEqual("+"u8) && !wanted.SequenceEqual(level))
            {
                return false;
            }

            if (isLastFilter || isLast)
            {
                return isLastFilter ? isLast : filter.SequenceEqual("#"u8); // [MQTT-4.7.1-2] # matches the parent level too
            }
        }
    }
}
