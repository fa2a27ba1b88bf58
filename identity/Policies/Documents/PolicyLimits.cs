namespace Roost.Identity.Policies.Documents;

/// <summary>
/// What a policy may hold. AWS IoT Core takes 2,048 characters without white space; what fits there fits here. They bound what compiling the policies of one
/// connection costs.
/// </summary>
internal static class PolicyLimits
{
    /// <summary>In UTF-8, white space included.</summary>
    public const int MostBytes = 32 * 1024;

    public const int MostDepth = 8; // the deepest that a policy has is 6

    public const int MostStatements = 64;

    /// <summary>Of each list: actions, resources, values of a condition.</summary>
    public const int MostEntries = 128;

    /// <summary>Of one resource, action or value, in UTF-16 code units.</summary>
    public const int MostCharacters = 2048;

    /// <summary>Of a value that is filled in for a variable. A longer one counts as none.</summary>
    public const int MostValueCharacters = 1024;

    public const int MostConditions = 32;

    /// <summary>Further faults of a document are not told.</summary>
    public const int MostFaults = 20;

    /// <summary>Policies of the gateway, built-in ones not counted.</summary>
    public const int MostPolicies = 1000;

    /// <summary>Policies of one target: a principal, a thing, a group. As AWS IoT Core has it.</summary>
    public const int MostAttached = 10;
}
