namespace Roost.Mqtt;

/// <summary>Why a message did not get to a client that was to have it, or was not taken from one. The order is that of answers and metrics.</summary>
public enum DropReason
{
    /// <summary>QoS 0 to a client that does not read fast enough.</summary>
    SlowReader,

    /// <summary>QoS 0 to a client that is away: only QoS 1 and 2 are kept for it.</summary>
    ClientAway,

    /// <summary>QoS 1 or 2 to a session in which as many messages wait as may.</summary>
    QueueFullMessages,

    /// <summary>QoS 1 or 2 to a session in which as many bytes wait as may, or that would exceed what all sessions may hold.</summary>
    QueueFullBytes,

    /// <summary>The Message Expiry Interval passed before it could be sent [MQTT-3.3.2-5].</summary>
    Expired,

    /// <summary>Larger than the client's Maximum Packet Size [MQTT-3.1.2-25].</summary>
    TooLarge,

    /// <summary>It waited in a session that has ended.</summary>
    SessionEnded,

    /// <summary>The publisher may not publish there, or the payload is not what it says.</summary>
    RefusedByPolicy,

    /// <summary>It was to be retained, and there are as many retained messages as may be.</summary>
    NoRetainedRoom,
}
