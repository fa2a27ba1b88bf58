namespace Roost.Identity.Tests.Provisioning;

/// <summary>Names that a test says somebody goes by.</summary>
internal sealed class TakenNames : INamesInUse
{
    public HashSet<string> Names { get; } = [];

    public ValueTask<string?> FindAsync(string name, string asker) => ValueTask.FromResult(Names.Contains(name) ? "the client identifier of user/ops" : null);
}
