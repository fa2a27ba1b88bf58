namespace Roost.LocalLambda.Registry;

/// <summary>A name for a version, or for two between which the traffic is divided.</summary>
internal sealed record FunctionAlias
{
    public required string Name { get; init; }

    public required string FunctionVersion { get; init; }

    public string Description { get; init; } = "";

    /// <summary>Shares of other versions, each from 0 to 1 and together at most 1; the rest is <see cref="FunctionVersion"/>'s.</summary>
    public IReadOnlyDictionary<string, double> AdditionalVersionWeights { get; init; } = new Dictionary<string, double>();

    public string RevisionId { get; init; } = "";

    /// <param name="chance">From 0 up to 1, drawn anew for each invocation.</param>
    public string Choose(double chance)
    {
        foreach (var (version, weight) in AdditionalVersionWeights)
        {
            if (chance < weight)
            {
                return version;
            }

            chance -= weight;
        }

        return FunctionVersion;
    }
}
