namespace Roost.Identity.Provisioning;

/// <summary>A template that has been read: docs/provisioning.md. Immutable.</summary>
internal sealed record ProvisioningTemplate
{
    /// <summary>The one parameter that the gateway sets.</summary>
    public const string CertificateId = "AWS::IoT::Certificate::Id";

    /// <summary>Names of the parameters, each with its default or null.</summary>
    public required IReadOnlyDictionary<string, string?> Parameters { get; init; }

    public ThingTemplate? Thing { get; init; }

    public IReadOnlyList<TemplateExpression> Policies { get; init; } = [];

    public IReadOnlyDictionary<string, TemplateExpression> DeviceConfiguration { get; init; } = new Dictionary<string, TemplateExpression>();

    /// <summary>Puts the parameters in. The hook's word goes before the device's, and that before the default.</summary>
    /// <exception cref="ProvisioningRefusedException">A parameter is missing or goes too far; nothing may be made of it.</exception>
    public ProvisioningPlan Evaluate(IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> overrides, string certificateId)
    {
        var values = Parameters.Where(parameter => parameter.Value is not null).ToDictionary(parameter => parameter.Key, parameter => new TemplateValue(parameter.Value!, IsTrusted: true));
        foreach (var (name, value) in given)
        {
            values[name] = new TemplateValue(value, IsTrusted: false);
        }

        foreach (var (name, value) in overrides)
        {
            values[name] = new TemplateValue(value, IsTrusted: true);
        }

        values[CertificateId] = new TemplateValue(certificateId, IsTrusted: true);
        return new ProvisioningPlan(
            Thing is null ? null : new PlannedThing(
                Thing.Name.Evaluate(values).Text,
                Thing.TypeName?.Evaluate(values).Text,
                Texts(Thing.Attributes, values),
                [.. Thing.Groups.Select(group => Trusted("ThingGroups", group.Evaluate(values)))]),
            [.. Policies.Select(policy => Trusted("PolicyName", policy.Evaluate(values)))],
            Texts(DeviceConfiguration, values));
    }

    private static Dictionary<string, string> Texts(IReadOnlyDictionary<string, TemplateExpression> expressions, Dictionary<string, TemplateValue> values) =>
        expressions.ToDictionary(pair => pair.Key, pair => pair.Value.Evaluate(values).Text);

    /// <summary>Rights are for the operator to give: a device that could name its policy or group would give them to itself.</summary>
    private static string Trusted(string place, TemplateValue value) => value.IsTrusted
        ? value.Text
        : throw new ProvisioningRefusedException(ProvisioningFault.AccessDenied, $"{place} would come from the device's parameters; only the template or its hook may say it.");
}
