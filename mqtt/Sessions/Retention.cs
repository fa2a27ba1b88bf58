using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Sessions;

/// <summary>What a message has more while it is its topic's retained message.</summary>
/// <param name="Since">By the wall clock.</param>
internal sealed record Retention(DateTimeOffset Since)
{
    /// <summary>Of a message that can expire.</summary>
    public Timed? Expiry { get; set; }
}
