namespace Roost.Shadow;

/// <summary>Which way changes of a shadow travel.</summary>
public enum SyncDirection
{
    /// <summary>Changes of both sides are merged.</summary>
    Both,

    /// <summary>The cloud's shadow is made equal to the one here, which is never changed.</summary>
    Up,

    /// <summary>The shadow here is made equal to the cloud's, which is never changed.</summary>
    Down,
}
