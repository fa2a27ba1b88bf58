using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>Takes one prefix from a topic and puts another before it.</summary>
internal readonly record struct TopicMapping(string From, string To)
{
    /// <param name="allowsDollar">The target's filter begins with <c>$</c> itself: such topics are asked for by name.</param>
    /// <param name="mapped">The topic on the other side.</param>
    /// <returns>False where there is no topic on the other side: it would be too long, empty, one of the broker's own, or one with <c>$</c> that nobody named.</returns>
    public bool TryMap(string topic, bool allowsDollar, out TopicName mapped)
    {
        mapped = default;
        string text;
        if (topic.StartsWith(From, StringComparison.Ordinal))
        {
            text = To + topic[From.Length..];
        }
        else if (From.Length == topic.Length + 1 && From[^1] == '/' && From.StartsWith(topic, StringComparison.Ordinal))
        {
            text = To.EndsWith('/') ? To[..^1] : To; // `a/#` matches `a` too [MQTT-4.7.1-2]
        }
        else
        {
            return false;
        }

        return TopicName.TryParse(text, out mapped) && (text[0] != '$' || allowsDollar) && !ReservedTopics.AreTheBrokers(mapped);
    }
}
