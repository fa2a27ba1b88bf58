namespace Roost.Identity;

/// <summary>A thing of the registry as policies see it.</summary>
public sealed record ThingDescription
{
    /// <summary>1 to 128 of <c>a-z A-Z 0-9 : _ -</c>, as AWS IoT has it.</summary>
    public required string Name { get; init; }

    /// <summary>Null: it has none.</summary>
    public string? TypeName { get; init; }

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Names of the groups that it is in, and of those that these are in.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Counts the changes, from 1.</summary>
    public long Version { get; init; } = 1;
}
