namespace Roost.Identity.Provisioning;

/// <summary>Who asks.</summary>
/// <param name="Source">Address and port.</param>
internal sealed record ProvisioningCaller(Principal Principal, string ClientIdentifier, string Source)
{
    public ChangedBy By => new(Principal.Id, Source);
}
