namespace Roost.Mqtt.Protocol;

/// <summary>The three outcomes of reading bytes that a peer sent.</summary>
internal enum DecodeStatus
{
    Complete,

    /// <summary>The bytes so far are right, and not all. Nothing has been consumed.</summary>
    NeedMore,

    /// <summary>No further bytes can make it right: the connection is to be closed.</summary>
    Malformed,
}
