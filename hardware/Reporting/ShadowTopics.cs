using Roost.Mqtt;

namespace Roost.Hardware.Reporting;

/// <summary>The topics of one thing's classic shadow, as <see cref="ThingReporter"/> uses them.</summary>
internal sealed class ShadowTopics
{
    private readonly string _prefix;

    public ShadowTopics(string thing)
    {
        _prefix = $"$aws/things/{thing}/shadow/";
        Update = TopicName.Parse(_prefix + "update");
        Get = TopicName.Parse(_prefix + "get");
        Answers = TopicFilter.Parse(_prefix + "+/+");
    }

    public TopicName Update { get; }

    public TopicName Get { get; }

    /// <summary>What is said about the shadow, requests not included.</summary>
    public TopicFilter Answers { get; }

    /// <returns><c>update/accepted</c>, <c>update/delta</c> and so on.</returns>
    public ReadOnlySpan<char> KindOf(TopicName topic) => topic.Value.AsSpan(_prefix.Length);
}
