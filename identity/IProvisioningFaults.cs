namespace Roost.Identity;

/// <summary>What keeps provisioning templates from provisioning anybody, for operators.</summary>
public interface IProvisioningFaults
{
    /// <returns>A sentence for each template that is enabled and cannot work; empty: none.</returns>
    IReadOnlyList<ProvisioningTemplateFault> Find();
}
