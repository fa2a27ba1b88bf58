namespace Roost.Mqtt.Client.Queue;

/// <summary>Why a message that was accepted is not sent.</summary>
internal enum QueueLoss
{
    /// <summary>It is sent.</summary>
    None,

    /// <summary>Its own lifetime has ended.</summary>
    Expired,

    /// <summary>It has waited for longer than the queue keeps messages.</summary>
    TooOld,

    /// <summary>More than the queue keeps have come behind it.</summary>
    TooMany,
}
