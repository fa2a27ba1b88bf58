using Roost.Mqtt.Loop;

namespace Roost.Mqtt.Sessions;

/// <summary>What a message has more that is, or was, its topic's retained message.</summary>
/// <param name="Since">By the wall clock.</param>
/// <param name="IsStrangers">An anonymous client published it.</param>
internal sealed record Retention(DateTimeOffset Since, bool IsStrangers)
{
    /// <summary>Rises with every message that becomes its topic's last one. <see cref="Retained.RetainedMessages"/> sets it.</summary>
    public long Key { get; set; }

    /// <summary>Of a message that can expire.</summary>
    public Timed? Expiry { get; set; }

    /// <summary>Another message has taken its place, or it was removed.</summary>
    public bool HasEnded { get; set; }
}
