namespace Roost.Shadow;

/// <summary>When shadows are compared with the cloud's.</summary>
public enum SyncStrategy
{
    /// <summary>At each change of either side.</summary>
    RealTime,

    /// <summary>Once in each period, whatever changed meanwhile.</summary>
    Periodic,
}
