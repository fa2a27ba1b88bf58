namespace Roost.Streams;

/// <summary>Where the connection to the cloud stands.</summary>
public enum UplinkState
{
    /// <summary>None is configured, or the daemon stops.</summary>
    Off,

    Connecting,

    Connected,

    /// <summary>The last attempt failed, or the connection was lost; the next attempt has its time.</summary>
    Waiting,
}
