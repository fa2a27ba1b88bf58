namespace Roost.Mqtt.Routing;

/// <summary>How deep topics and filters may be. The trees are walked by recursion: 65,535 slashes must not end the process.</summary>
internal static class TopicLevels
{
    public const int Max = 200; // AWS IoT has 8, mosquitto 200

    public static bool AreBounded(ReadOnlySpan<byte> topicOrFilter) => topicOrFilter.Count((byte)'/') < Max;
}
