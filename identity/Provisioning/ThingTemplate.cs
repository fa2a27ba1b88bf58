namespace Roost.Identity.Provisioning;

/// <summary>The thing that a template makes.</summary>
internal sealed record ThingTemplate
{
    public required TemplateExpression Name { get; init; }

    public TemplateExpression? TypeName { get; init; }

    public IReadOnlyDictionary<string, TemplateExpression> Attributes { get; init; } = new Dictionary<string, TemplateExpression>();

    public IReadOnlyList<TemplateExpression> Groups { get; init; } = [];

    /// <summary>Whether a thing that is there may be provisioned again. Only where the template has <c>OverrideSettings</c>: without them whoever knows a name could take its place.</summary>
    public bool TakesExisting { get; init; }

    public OverrideSetting OverridesAttributes { get; init; }

    public OverrideSetting OverridesType { get; init; }

    public OverrideSetting OverridesGroups { get; init; }
}
