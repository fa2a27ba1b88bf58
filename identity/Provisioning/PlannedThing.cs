namespace Roost.Identity.Provisioning;

/// <summary>The thing of a <see cref="ProvisioningPlan"/>.</summary>
internal sealed record PlannedThing(string Name, string? TypeName, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Groups);
