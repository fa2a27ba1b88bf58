namespace Roost.Mqtt.Tests.Policies;

/// <summary>Allows what the filters match, and counts how often it was asked.</summary>
internal sealed class TestPolicy(string publish = "#", string subscribe = "#", string? receive = null) : IClientPolicy
{
    public int PublishQuestions { get; private set; }

    public int ReceiveQuestions { get; private set; }

    public bool ChecksReceived => receive is not null;

    public bool MayPublish(TopicName topic, bool retain)
    {
        PublishQuestions++;
        return TopicFilter.Parse(publish).Matches(topic);
    }

    public bool MaySubscribe(TopicFilter filter, string? shareName) => TopicFilter.Parse(subscribe).Contains(filter);

    public bool MayReceive(TopicName topic)
    {
        ReceiveQuestions++;
        return TopicFilter.Parse(receive!).Matches(topic);
    }
}
