using Roost.Identity.Policies.Documents;
using Roost.Identity.Policies.Matching;

namespace Roost.Identity.Policies.Access;

/// <summary>What the variables of policies stand for on one connection. Immutable.</summary>
/// <param name="thing">Null: the credential is no thing's.</param>
internal sealed class PolicyVariables(Principal principal, ConnectionFacts facts, ThingDescription? thing)
{
    /// <returns>Empty: it has no value. One, but for <see cref="VariableName.IsSet"/>.</returns>
    public IReadOnlyList<string> ValuesOf(string name)
    {
        if (name == VariableName.Groups)
        {
            return thing is null || !thing.Groups.All(IsFit) ? [] : thing.Groups;
        }

        return ValueOf(name) is { } value && IsFit(value) ? [value] : [];
    }

    private string? ValueOf(string name) => name switch
    {
        VariableName.ClientId => facts.ClientId,
        VariableName.ThingName => thing?.Name,
        VariableName.ThingTypeName => thing?.TypeName,
        VariableName.IsAttached => thing is null ? "false" : "true",
        VariableName.CertificateId => principal.Kind == Identity.PrincipalKind.Certificate ? principal.Name : null,
        VariableName.PrincipalName => principal.Name,
        VariableName.PrincipalKind => principal.Id[..principal.Id.IndexOf('/')],
        VariableName.SourceIp => facts.SourceAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4().ToString() : facts.SourceAddress?.ToString(),
        _ when name.StartsWith(VariableName.ThingAttribute, StringComparison.Ordinal) => thing?.Attributes.GetValueOrDefault(name[VariableName.ThingAttribute.Length..^1]),
        _ when name.StartsWith(VariableName.Certificate, StringComparison.Ordinal) => principal.Attributes.GetValueOrDefault(name["iot:".Length..]),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No variable of policies."),
    };

    /// <summary>An empty value stands for none: it would make <c>robots/${...}/x</c> mean <c>robots//x</c>.</summary>
    private static bool IsFit(string value) => value.Length is > 0 and <= PolicyLimits.MostValueCharacters && PatternCode.IsPlain(value);
}
