namespace Roost.Streams.Bridge;

/// <summary>Why a message was not carried. In lower case it is the value of <c>reason</c> in metrics.</summary>
internal enum BridgeDrop
{
    /// <summary>It has been here before.</summary>
    Loop,

    /// <summary>It is our own, sent back by a 3.1.1 server.</summary>
    Echo,

    /// <summary>There is no such topic on the other side.</summary>
    Topic,

    /// <summary>QoS 0, and no connection.</summary>
    Offline,

    /// <summary>QoS 0, and the connection cannot take so many.</summary>
    Busy,

    /// <summary>The queue is full.</summary>
    Full,

    /// <summary>Its lifetime ended in the queue.</summary>
    Expired,

    /// <summary>It waited for longer than the queue keeps messages.</summary>
    Age,

    /// <summary>The other side will not take it.</summary>
    Refused,

    /// <summary>It is larger than the queue takes.</summary>
    Size,
}
