namespace Roost.Identity.Provisioning;

/// <summary>A template under its name.</summary>
/// <param name="Document">As the operator wrote it.</param>
/// <param name="Hook">The function that is asked before each device; null: none.</param>
/// <param name="IsEnabled">False: nobody is provisioned by it until it is enabled again.</param>
internal sealed record StoredTemplate(string Name, string Document, string? Hook, bool IsEnabled, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt, ProvisioningTemplate Template);
