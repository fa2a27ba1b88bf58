namespace Roost.Identity.Tests.Logins;

/// <summary>A registry of the names that a test puts in.</summary>
internal sealed class KnownThings : IThingRegistry
{
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public ThingDescription? Find(string name) => Names.Contains(name) ? new ThingDescription { Name = name } : null;
}
