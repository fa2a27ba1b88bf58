namespace Roost.Streams;

/// <summary>What becomes of messages for the cloud when an entry's queue is full.</summary>
public enum BridgeFullPolicy
{
    /// <summary>The publisher gets no acknowledgement: 0x97 in MQTT 5, the end of its connection in 3.1.1; it sends the message again.</summary>
    Reject,

    /// <summary>The oldest go, counted, to make room.</summary>
    DropOldest,

    /// <summary>What comes is acknowledged and dropped, counted.</summary>
    DropNewest,
}
