namespace Roost.Mqtt.Core;

/// <summary>An operator takes retained messages away, at most <see cref="MaxTopics"/> in one turn of the loop.</summary>
internal sealed class RetainedRemoval(BrokerCore core, TopicFilter filter) : LocalRequest
{
    public const int MaxTopics = 1000;

    public TopicFilter Filter { get; } = filter;

    /// <summary>Topics that had one, once it is done.</summary>
    public int Removed { get; set; }

    public override void Open() => core.RemoveRetained(this);
}
