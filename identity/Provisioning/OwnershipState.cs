namespace Roost.Identity.Provisioning;

internal enum OwnershipState
{
    /// <summary>The certificate waits, inactive, for its thing.</summary>
    Open,

    /// <summary>Its thing is being made. Found at a start: the process ended meanwhile.</summary>
    Applying,

    /// <summary>Done: the same request gets the same answer again.</summary>
    Done,
}
