namespace Roost.Identity.Provisioning;

/// <summary>What a device is told when it is provisioned.</summary>
/// <param name="ThingName">Null: the template makes no thing.</param>
internal sealed record ProvisioningResult(string? ThingName, IReadOnlyDictionary<string, string> DeviceConfiguration);
