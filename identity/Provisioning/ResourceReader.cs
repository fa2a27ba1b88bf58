using System.Text.Json;

namespace Roost.Identity.Provisioning;

/// <summary>Reads the resources of one template: a certificate, at most one thing, and policies.</summary>
internal sealed class ResourceReader(ExpressionParser expressions, bool hasHook)
{
    private const int MostPolicies = 10;

    private readonly List<TemplateExpression> _policies = [];
    private ThingTemplate? _thing;
    private bool _hasCertificate;

    /// <exception cref="ChangeRefusedException">It cannot be kept to; the message names the place.</exception>
    public void Read(JsonElement resource, string place)
    {
        var members = TemplateParser.Members(resource, place, "Type", "Properties", "OverrideSettings");
        var type = members.TryGetValue("Type", out var name) ? TemplateParser.Text(name, $"{place}.Type") : throw TemplateParser.Refuse(place, "has no Type");
        var properties = members.TryGetValue("Properties", out var found) ? found : throw TemplateParser.Refuse(place, "has no Properties");
        members.TryGetValue("OverrideSettings", out var overrides);
        switch (type)
        {
            case "AWS::IoT::Thing" when _thing is null:
                _thing = ReadThing(properties, overrides, place);
                break;
            case "AWS::IoT::Certificate" when !_hasCertificate:
                ReadCertificate(properties, overrides, place);
                break;
            case "AWS::IoT::Policy" when overrides.ValueKind == JsonValueKind.Undefined:
                ReadPolicy(properties, place);
                break;
            case "AWS::IoT::Policy":
                throw TemplateParser.Refuse($"{place}.OverrideSettings", "is not for policies");
            case "AWS::IoT::Thing" or "AWS::IoT::Certificate":
                throw TemplateParser.Refuse(place, $"is the second {type}; there may be one");
            default:
                throw TemplateParser.Refuse($"{place}.Type", $"'{type}' is not known here; there are AWS::IoT::Thing, AWS::IoT::Certificate and AWS::IoT::Policy");
        }
    }

    public ProvisioningTemplate ToTemplate(IReadOnlyDictionary<string, string?> parameters, Dictionary<string, TemplateExpression> configuration) => _hasCertificate
        ? new ProvisioningTemplate { Parameters = parameters, Thing = _thing, Policies = _policies, DeviceConfiguration = configuration }
        : throw TemplateParser.Refuse("Resources", "has no AWS::IoT::Certificate: a device without one is not let in");

    private ThingTemplate ReadThing(JsonElement properties, JsonElement overrides, string place)
    {
        var inside = $"{place}.Properties";
        var members = TemplateParser.Members(properties, inside, "ThingName", "ThingTypeName", "AttributePayload", "ThingGroups");
        if (!members.TryGetValue("ThingName", out var name))
        {
            throw TemplateParser.Refuse(inside, "has no ThingName");
        }

        var thing = new ThingTemplate
        {
            Name = expressions.Parse(name, $"{inside}.ThingName"),
            TypeName = members.TryGetValue("ThingTypeName", out var type) ? expressions.Parse(type, $"{inside}.ThingTypeName") : null,
            Attributes = members.TryGetValue("AttributePayload", out var attributes) ? ReadAttributes(attributes, $"{inside}.AttributePayload") : new Dictionary<string, TemplateExpression>(),
            Groups = members.TryGetValue("ThingGroups", out var groups) ? ReadGroups(groups, $"{inside}.ThingGroups") : [],
        };
        return overrides.ValueKind == JsonValueKind.Undefined ? thing : ReadOverrides(thing, overrides, $"{place}.OverrideSettings");
    }

    /// <summary>Also in the form of the registry's requests: <c>{"attributes": {...}}</c>.</summary>
    private Dictionary<string, TemplateExpression> ReadAttributes(JsonElement attributes, string place)
    {
        var isWrapped = attributes.ValueKind == JsonValueKind.Object && attributes.GetPropertyCount() == 1
            && attributes.TryGetProperty("attributes", out var wrapped) && wrapped.ValueKind == JsonValueKind.Object
            && !IsExpression(wrapped);
        var source = isWrapped ? attributes.GetProperty("attributes") : attributes;
        return TemplateParser.Properties(source, place).ToDictionary(property => property.Name, property => expressions.Parse(property.Value, $"{place}.{property.Name}"));
    }

    private static bool IsExpression(JsonElement element) =>
        element.GetPropertyCount() == 1 && element.EnumerateObject().Single().Name is "Ref" or "Fn::Join" or "Fn::Sub";

    private List<TemplateExpression> ReadGroups(JsonElement groups, string place)
    {
        if (groups.ValueKind != JsonValueKind.Array)
        {
            throw TemplateParser.Refuse(place, "has to be a list of names");
        }

        return [.. groups.EnumerateArray().Select((group, index) => Right(group, $"{place}[{index}]"))];
    }

    private static ThingTemplate ReadOverrides(ThingTemplate thing, JsonElement overrides, string place)
    {
        var members = TemplateParser.Members(overrides, place, "AttributePayload", "ThingTypeName", "ThingGroups");
        var (attributes, type, groups) = (Setting("AttributePayload", true), Setting("ThingTypeName", false), Setting("ThingGroups", true));
        return thing with
        {
            // One FAIL is enough, as in the cloud; parts that are not named are left alone.
            TakesExisting = members.Count > 0 && attributes != OverrideSetting.Fail && type != OverrideSetting.Fail && groups != OverrideSetting.Fail,
            OverridesAttributes = attributes,
            OverridesType = type,
            OverridesGroups = groups,
        };

        OverrideSetting Setting(string name, bool canMerge) => !members.TryGetValue(name, out var setting) ? OverrideSetting.DoNothing
            : TemplateParser.Text(setting, $"{place}.{name}") switch
            {
                "DO_NOTHING" => OverrideSetting.DoNothing,
                "REPLACE" => OverrideSetting.Replace,
                "FAIL" => OverrideSetting.Fail,
                "MERGE" when canMerge => OverrideSetting.Merge,
                var other => throw TemplateParser.Refuse($"{place}.{name}", $"is '{other}'; there are DO_NOTHING, REPLACE{(canMerge ? ", MERGE" : "")} and FAIL"),
            };
    }

    private void ReadCertificate(JsonElement properties, JsonElement overrides, string place)
    {
        var members = TemplateParser.Members(properties, $"{place}.Properties", "CertificateId", "Status");
        if (!members.TryGetValue("CertificateId", out var id)
            || expressions.Parse(id, $"{place}.Properties.CertificateId") is not TemplateExpression.Reference { Name: ProvisioningTemplate.CertificateId })
        {
            throw TemplateParser.Refuse($"{place}.Properties.CertificateId", $"has to be {{\"Ref\": \"{ProvisioningTemplate.CertificateId}\"}}, the certificate that the device has asked for");
        }

        if (members.TryGetValue("Status", out var status) && !string.Equals(TemplateParser.Text(status, $"{place}.Properties.Status"), "Active", StringComparison.OrdinalIgnoreCase))
        {
            throw TemplateParser.Refuse($"{place}.Properties.Status", "has to be \"Active\"");
        }

        if (overrides.ValueKind != JsonValueKind.Undefined)
        {
            var settings = TemplateParser.Members(overrides, $"{place}.OverrideSettings", "Status");
            if (settings.TryGetValue("Status", out var setting) && TemplateParser.Text(setting, $"{place}.OverrideSettings.Status") != "REPLACE")
            {
                throw TemplateParser.Refuse($"{place}.OverrideSettings.Status", "has to be REPLACE: the certificate is inactive until then");
            }
        }

        _hasCertificate = true;
    }

    private void ReadPolicy(JsonElement properties, string place)
    {
        var inside = $"{place}.Properties";
        if (properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty("PolicyDocument", out _))
        {
            throw TemplateParser.Refuse($"{inside}.PolicyDocument", "is not taken: make the policy with 'roost policy create' and give its PolicyName");
        }

        var members = TemplateParser.Members(properties, inside, "PolicyName");
        _policies.Add(members.TryGetValue("PolicyName", out var name) ? Right(name, $"{inside}.PolicyName") : throw TemplateParser.Refuse(inside, "has no PolicyName"));
        if (_policies.Count > MostPolicies)
        {
            throw TemplateParser.Refuse(place, $"is one policy too many; {MostPolicies} are the most");
        }
    }

    /// <summary>What gives rights is written out, or comes from the hook; which of it was the device's word is looked at with each request.</summary>
    private TemplateExpression Right(JsonElement element, string place)
    {
        var expression = expressions.Parse(element, place);
        return expression.IsLiteral || hasHook
            ? expression
            : throw TemplateParser.Refuse(place, "has to be written out: with parameters a device could name its own rights. A hook may set such a parameter");
    }
}
