using System.Text;

namespace Roost.Mqtt.Routing;

/// <summary>One topic and who gets its messages, as found at a generation of the subscriptions.</summary>
internal sealed class TopicRoute(byte[] topic, int hash)
{
    private TopicName _name;

    /// <summary>Checked UTF-8.</summary>
    public byte[] Topic { get; } = topic;

    public int Hash { get; } = hash;

    /// <summary>False: deeper than the broker goes.</summary>
    public bool IsAddressable { get; } = TopicLevels.AreBounded(topic);

    /// <summary>Clients may not publish there.</summary>
    public bool IsReserved { get; } = ReservedTopics.Contains(topic);

    /// <summary>The same as text, made for the first reader in this process.</summary>
    public TopicName Name => _name == default ? _name = TopicName.Parse(Encoding.UTF8.GetString(Topic)) : _name;

    /// <summary>The table's: the next one in the same bucket.</summary>
    public TopicRoute? NextInBucket { get; set; }

    /// <summary>Of the subscriptions when the rest was found; -1 when it never was.</summary>
    public long Generation { get; set; } = -1;

    public Receiver[] Receivers { get; set; } = [];

    public ShareGroup[] ShareGroups { get; set; } = [];

    public LocalReader[] Readers { get; set; } = [];

    public bool HasReceivers => Receivers.Length + ShareGroups.Length + Readers.Length > 0;
}
