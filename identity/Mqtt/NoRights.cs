using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>Of a client that may not even be there any more, until its connection is closed.</summary>
internal sealed class NoRights : IClientPolicy
{
    public static NoRights Instance { get; } = new();

    public bool ChecksReceived => true;

    public bool MayPublish(TopicName topic, bool retain) => false;

    public bool MaySubscribe(TopicFilter filter, string? shareName) => false;

    public bool MayReceive(TopicName topic) => false;
}
