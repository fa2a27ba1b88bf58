namespace Roost.Identity.Provisioning;

/// <summary>Templates whose function is gone: every device would be refused, and only the audit would tell why.</summary>
internal sealed class ProvisioningFaults(TemplateStore templates, ProvisioningHooks hooks) : IProvisioningFaults
{
    public IReadOnlyList<ProvisioningTemplateFault> Find() =>
    [
        .. templates.All.Where(template => template is { IsEnabled: true, Hook: { } hook } && !hooks.Exists(hook)).Select(template => new ProvisioningTemplateFault(
            $"template {template.Name} asks function '{template.Hook}', which is not there: it provisions nobody",
            $"deploy {template.Hook}, or name another function: roost template create {template.Name} --force")),
    ];
}
