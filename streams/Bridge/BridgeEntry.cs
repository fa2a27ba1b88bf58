using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>One entry of the configuration, ready for use.</summary>
internal sealed class BridgeEntry
{
    private readonly TopicMapping _toRemote;
    private readonly TopicMapping _toLocal;

    private BridgeEntry(BridgeOptions options, IReadOnlyList<BridgeFilter> filters)
    {
        Options = options;
        Filters = filters;
        _toRemote = new TopicMapping(options.LocalPrefix, options.RemotePrefix);
        _toLocal = new TopicMapping(options.RemotePrefix, options.LocalPrefix);
    }

    public BridgeOptions Options { get; }

    public string Name => Options.EffectiveName;

    public IReadOnlyList<BridgeFilter> Filters { get; }

    public QualityOfService MaximumQualityOfService => (QualityOfService)Options.Qos;

    public BridgeCounters Counters { get; } = new();

    /// <summary>All entries of the configuration, which has been validated. A topic that several of them match goes once to each place.</summary>
    public static IReadOnlyList<BridgeEntry> CreateAll(IEnumerable<BridgeOptions> all)
    {
        var entries = new List<BridgeEntry>();
        foreach (var options in all)
        {
            var filters = new List<BridgeFilter>();
            foreach (var topic in options.Topics)
            {
                var rivals = entries
                    .Where(entry => entry.Options.LocalPrefix == options.LocalPrefix && entry.Options.RemotePrefix == options.RemotePrefix && ServesBothWays(entry.Options, options))
                    .SelectMany(entry => entry.Filters).Concat(filters);
                if (BridgeFilter.TryCreate(topic, options.LocalPrefix, options.RemotePrefix, out _) is { } filter)
                {
                    filters.Add(filter with { Earlier = [.. rivals] });
                }
            }

            entries.Add(new BridgeEntry(options, filters));
        }

        return entries;
    }

    public bool TryMapToRemote(TopicName topic, BridgeFilter filter, out TopicName mapped) => _toRemote.TryMap(topic.Value, filter.Remote.Value.StartsWith('$'), out mapped);

    public bool TryMapToLocal(TopicName topic, BridgeFilter filter, out TopicName mapped) => _toLocal.TryMap(topic.Value, filter.Local.Value.StartsWith('$'), out mapped);

    /// <summary>Only an entry that carries wherever the later one does can stand in for it.</summary>
    private static bool ServesBothWays(BridgeOptions earlier, BridgeOptions later) =>
        (earlier.CarriesOut || !later.CarriesOut) && (earlier.CarriesIn || !later.CarriesIn);
}
