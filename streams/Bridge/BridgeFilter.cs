using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>One of an entry's topics, on both sides.</summary>
/// <param name="Subscription">What is asked of the cloud: <paramref name="Remote"/>, or its shared form.</param>
internal sealed record BridgeFilter(TopicFilter Local, TopicFilter Remote, TopicFilter Subscription)
{
    private const string Share = "$share/";

    public bool IsShared => Subscription != Remote;

    /// <summary>Entries that an earlier one with the same mapping, or an earlier topic of the same, serves already; these match first.</summary>
    public IReadOnlyList<BridgeFilter> Earlier { get; init; } = [];

    /// <param name="fault">What is wrong, without a full stop; null when nothing is.</param>
    public static BridgeFilter? TryCreate(string topic, string localPrefix, string remotePrefix, out string? fault)
    {
        var (share, rest) = ("", topic);
        if (topic.StartsWith(Share, StringComparison.Ordinal))
        {
            var end = topic.IndexOf('/', Share.Length);
            if (end < 0)
            {
                fault = "a shared subscription is $share/GROUP/FILTER";
                return null;
            }

            (share, rest) = (topic[..(end + 1)], topic[(end + 1)..]);
        }

        fault = TopicFilter.FaultOf(localPrefix + rest) ?? TopicFilter.FaultOf(remotePrefix + rest) ?? TopicFilter.FaultOf(share + remotePrefix + rest);
        return fault is null ? new BridgeFilter(TopicFilter.Parse(localPrefix + rest), TopicFilter.Parse(remotePrefix + rest), TopicFilter.Parse(share + remotePrefix + rest)) : null;
    }

    public bool MatchesFirst(TopicName topic, bool remote)
    {
        if (!(remote ? Remote : Local).Matches(topic))
        {
            return false;
        }

        foreach (var earlier in Earlier)
        {
            if ((remote ? earlier.Remote : earlier.Local).Matches(topic))
            {
                return false;
            }
        }

        return true;
    }
}
