using System.Globalization;
using Roost.Mqtt;
using Roost.Mqtt.Client;

namespace Roost.Streams.Bridge;

/// <summary>A subscription that the entries call for.</summary>
/// <param name="Bridge">The entry's name, for people.</param>
internal sealed record WantedSubscription(string Bridge, TopicFilter Filter, QualityOfService QualityOfService, bool IsShared)
{
    /// <summary>How it is noted: another QoS is another subscription, and replaces this one.</summary>
    public string Note { get; } = string.Create(CultureInfo.InvariantCulture, $"{(int)QualityOfService} {Filter.Value}");

    /// <summary>Not what we publish ourselves; retained as published; and stored messages only where the session has not had them.</summary>
    public MqttSubscription ToSubscription() => new(Filter, QualityOfService, NoLocal: !IsShared, RetainAsPublished: true, RetainHandling.SendIfNew);

    /// <summary>What all entries together ask for. One that another covers is left out: a server may send what both match twice.</summary>
    public static IReadOnlyList<WantedSubscription> Of(IEnumerable<BridgeEntry> entries)
    {
        var all = new List<WantedSubscription>();
        foreach (var entry in entries.Where(static entry => entry.Options.CarriesIn))
        {
            foreach (var filter in entry.Filters)
            {
                var wanted = new WantedSubscription(entry.Name, filter.Subscription, entry.MaximumQualityOfService, filter.IsShared);
                var same = all.FindIndex(other => other.Filter == wanted.Filter);
                if (same < 0)
                {
                    all.Add(wanted);
                }
                else if (all[same].QualityOfService < wanted.QualityOfService)
                {
                    all[same] = wanted;
                }
            }
        }

        return [.. all.Where(one => one.IsShared || !all.Exists(other => other != one && !other.IsShared && other.QualityOfService >= one.QualityOfService && other.Filter.Contains(one.Filter)))];
    }
}
