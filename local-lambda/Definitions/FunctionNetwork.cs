namespace Roost.LocalLambda.Definitions;

/// <summary>What a function may reach.</summary>
internal enum FunctionNetwork
{
    /// <summary>Nothing but its own loopback interface.</summary>
    None,

    /// <summary>All that the daemon reaches.</summary>
    Full,
}
