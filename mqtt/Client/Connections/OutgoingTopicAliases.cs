using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Client.Connections;

/// <summary>
/// Short numbers for the topics used last on one connection [MQTT-3.3.2-10]. When all are in use, the topic that was not used for the
/// longest time gives up its number: that costs three bytes more than no alias at all.
/// </summary>
internal sealed class OutgoingTopicAliases(int maximum)
{
    /// <summary>The property takes three bytes, and each of the two lengths around it may grow by one.</summary>
    public const int MostBytesAdded = 5;

    /// <summary>An alias must stand for more than its own bytes to be worth anything.</summary>
    private const int PropertyBytes = 3;

    private readonly Dictionary<string, LinkedListNode<(string Topic, ushort Alias)>> _known = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Topic, ushort Alias)> _byUse = new();

    public SentTopicAlias For(string topic)
    {
        if (maximum == 0 || topic.Length <= PropertyBytes)
        {
            return default;
        }

        if (_known.TryGetValue(topic, out var node))
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return new SentTopicAlias(node.Value.Alias, StandsForTopic: true);
        }

        var alias = _known.Count < maximum ? (ushort)(_known.Count + 1) : FreeLast();
        _known.Add(topic, _byUse.AddFirst((topic, alias)));
        return new SentTopicAlias(alias, StandsForTopic: false);
    }

    private ushort FreeLast()
    {
        var (topic, alias) = _byUse.Last!.Value;
        _byUse.RemoveLast();
        _known.Remove(topic);
        return alias;
    }
}
