using System.Collections.Frozen;

namespace Roost.Identity.Policies.Documents;

/// <summary>The variables that policies may name, in <c>${...}</c> and as keys of conditions. Names are compared without case, as AWS does; names of attributes with it.</summary>
internal static class VariableName
{
    public const string ClientId = "iot:ClientId";
    public const string CertificateId = "iot:CertificateId";
    public const string ThingName = "iot:Connection.Thing.ThingName";
    public const string ThingTypeName = "iot:Connection.Thing.ThingTypeName";
    public const string IsAttached = "iot:Connection.Thing.IsAttached";
    public const string ThingAttribute = "iot:Connection.Thing.Attributes[";
    public const string Certificate = "iot:Certificate.";
    public const string SourceIp = "aws:SourceIp";
    public const string Groups = "roost:Connection.Thing.Groups";
    public const string PrincipalKind = "roost:PrincipalKind";
    public const string PrincipalName = "roost:PrincipalName";

    private static readonly string[] _simple = [ClientId, CertificateId, ThingName, ThingTypeName, IsAttached, SourceIp, Groups, PrincipalKind, PrincipalName];

    private static readonly string[] _subject =
    [
        "DistinguishedNameQualifier", "Country", "Organization", "OrganizationalUnit", "State", "CommonName", "SerialNumber", "Title", "Surname", "GivenName", "Initials",
        "Pseudonym", "GenerationQualifier",
    ];

    private static readonly FrozenDictionary<string, string> _known =
        _simple.Append(Certificate + "SerialNumber").Concat(from party in (string[])["Subject", "Issuer"] from field in _subject select $"{Certificate}{party}.{field}")
            .ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it may have several values at once.</summary>
    public static bool IsSet(string name) => name == Groups;

    /// <returns>As it is written here; null: there is no such variable.</returns>
    public static string? Find(string text)
    {
        if (text.StartsWith(ThingAttribute, StringComparison.OrdinalIgnoreCase))
        {
            var name = text[ThingAttribute.Length..];
            return name.Length > 1 && name[^1] == ']' && name.AsSpan(0, name.Length - 1).IndexOfAny('[', ']') < 0 ? ThingAttribute + name : null;
        }

        // A field that is there more than once has its values numbered: CommonName.0, CommonName.1.
        var dot = text.LastIndexOf('.');
        var isNumbered = dot > 0 && dot < text.Length - 1 && text.Length - dot <= 3 && !text.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');
        if (isNumbered && text.StartsWith(Certificate, StringComparison.OrdinalIgnoreCase))
        {
            return _known.TryGetValue(text[..dot], out var field) ? field + text[dot..] : null;
        }

        return _known.GetValueOrDefault(text);
    }

    public static string Advice(string text) => Nearest.Advice(text, _known.Keys);
}
