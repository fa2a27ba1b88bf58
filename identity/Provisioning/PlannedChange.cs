namespace Roost.Identity.Provisioning;

/// <summary>What becomes of the thing: made, or changed as the template's override settings say.</summary>
internal static class PlannedChange
{
    /// <param name="existing">Null: it is not there.</param>
    /// <exception cref="ProvisioningRefusedException">It is there, and the template does not take things that are.</exception>
    public static ThingChange Of(ThingTemplate template, PlannedThing planned, ThingDescription? existing)
    {
        if (existing is null)
        {
            return new ThingChange(planned.Name) { MustBeNew = true, TypeName = planned.TypeName, Attributes = planned.Attributes, Groups = planned.Groups };
        }

        if (!template.TakesExisting)
        {
            throw new ProvisioningRefusedException(ProvisioningFault.ResourceConflict, "A thing of that name is there already.", $"thing '{existing.Name}' is there, and the template has no override settings that take it");
        }

        return new ThingChange(planned.Name)
        {
            TypeName = template.OverridesType == OverrideSetting.Replace ? planned.TypeName : null,
            Attributes = template.OverridesAttributes is OverrideSetting.Replace or OverrideSetting.Merge ? planned.Attributes : null,
            ReplacesAttributes = template.OverridesAttributes == OverrideSetting.Replace,
            Groups = template.OverridesGroups is OverrideSetting.Replace or OverrideSetting.Merge ? planned.Groups : null,
            ReplacesGroups = template.OverridesGroups == OverrideSetting.Replace,
        };
    }
}
