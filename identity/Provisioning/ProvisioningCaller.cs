namespace Roost.Identity.Provisioning;

/// <summary>Who asks.</summary>
/// <param name="Source">Address and port.</param>
internal sealed record ProvisioningCaller(Principal Principal, string ClientIdentifier, string Source)
{
    /// <summary>Its address, as provisioning counts them.</summary>
    public string Address => ProvisioningThrottle.SourceOf(Source);

    public ChangedBy By => new(Principal.Id, Source);
}
