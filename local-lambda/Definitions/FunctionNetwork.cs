namespace Roost.LocalLambda.Definitions;

/// <summary>What a function may reach.</summary>
internal enum FunctionNetwork
{
    /// <summary>Nothing but its own loopback interface.</summary>
    None,

    /// <summary>Its own loopback interface, on which it finds the daemon's listeners.</summary>
    Loopback,

    /// <summary>All that the daemon reaches.</summary>
    Full,
}
