namespace Roost.Mqtt.Connections;

/// <summary>Why nothing is read from a connection at present.</summary>
[Flags]
internal enum PauseReasons
{
    None = 0,

    /// <summary>The peer does not take what it is sent.</summary>
    Congestion = 1,

    /// <summary>The journal cannot keep up.</summary>
    Journal = 2,

    /// <summary>Somebody else decides whether the client may come in, or its session is being written down.</summary>
    Admission = 4,

    /// <summary>The peer publishes faster than it may.</summary>
    Rate = 8,

    /// <summary>The queue of somebody to whom the peer publishes has to drain first.</summary>
    Receiver = 16,

    /// <summary>Those for which packets that have been read already wait too.</summary>
    Holding = Congestion | Journal | Admission | Rate | Receiver,

    /// <summary>Those for which the peer cannot be blamed for its silence.</summary>
    Ours = Journal | Admission | Rate | Receiver,
}
