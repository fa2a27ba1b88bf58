namespace Roost.Mqtt;

/// <summary>What a client asked for and may not do.</summary>
public enum ClientRequest
{
    Publish,

    /// <summary>A message that is to be retained.</summary>
    PublishRetained,

    Subscribe,
}
