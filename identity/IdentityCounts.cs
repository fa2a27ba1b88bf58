namespace Roost.Identity;

/// <param name="Certificates">Of clients, those that are active.</param>
/// <param name="Unreadable">Secrets and access keys that are sealed with a key that is not here.</param>
public sealed record IdentityCounts(int Things, int Certificates, int Users, int Tokens, int AccessKeys, int Secrets, int Unreadable)
{
    /// <summary>Functions that are asked before a device is provisioned, by their templates.</summary>
    public IReadOnlyDictionary<string, string> Hooks { get; init; } = new Dictionary<string, string>();
}
