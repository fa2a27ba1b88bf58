namespace Roost.Identity.Provisioning;

/// <summary>What a template asks for, with all parameters put in.</summary>
/// <param name="Thing">Null: the template makes none.</param>
/// <param name="Policies">For the certificate.</param>
internal sealed record ProvisioningPlan(PlannedThing? Thing, IReadOnlyList<string> Policies, IReadOnlyDictionary<string, string> DeviceConfiguration);
