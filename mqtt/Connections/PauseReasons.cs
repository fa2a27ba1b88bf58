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
}
