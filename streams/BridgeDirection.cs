namespace Roost.Streams;

/// <summary>Which way an entry of the bridge carries messages.</summary>
public enum BridgeDirection
{
    /// <summary>From here to the cloud.</summary>
    Out,

    /// <summary>From the cloud to here.</summary>
    In,
    Both,
}
