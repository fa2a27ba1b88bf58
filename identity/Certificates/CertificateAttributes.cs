using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>
/// A certificate's values for policy variables, by AWS IoT's names: <c>Certificate.Subject.CommonName</c>, <c>Certificate.Issuer.Organization</c>,
/// <c>Certificate.SerialNumber</c>. Of an attribute that is there several times, <c>.0</c>, <c>.1</c> and so on; the plain name is the first.
/// </summary>
internal static class CertificateAttributes
{
    private const int MostOfOneName = 8;

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["2.5.4.46"] = "DistinguishedNameQualifier",
        ["2.5.4.6"] = "Country",
        ["2.5.4.10"] = "Organization",
        ["2.5.4.11"] = "OrganizationalUnit",
        ["2.5.4.8"] = "State",
        ["2.5.4.3"] = "CommonName",
        ["2.5.4.5"] = "SerialNumber",
        ["2.5.4.12"] = "Title",
        ["2.5.4.4"] = "Surname",
        ["2.5.4.42"] = "GivenName",
        ["2.5.4.43"] = "Initials",
        ["2.5.4.65"] = "Pseudonym",
        ["2.5.4.44"] = "GenerationQualifier",
    };

    public static IReadOnlyDictionary<string, string> Of(X509Certificate2 certificate)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["Certificate.SerialNumber"] = certificate.SerialNumber };
        Add("Certificate.Subject", certificate.SubjectName, attributes);
        Add("Certificate.Issuer", certificate.IssuerName, attributes);
        return attributes;
    }

    /// <returns>Null: the subject has none, or more than one.</returns>
    public static string? SubjectOf(X509Certificate2 certificate, string name)
    {
        var attributes = Of(certificate);
        return attributes.ContainsKey($"Certificate.Subject.{name}.1") ? null : attributes.GetValueOrDefault($"Certificate.Subject.{name}");
    }

    private static void Add(string prefix, X500DistinguishedName name, Dictionary<string, string> attributes)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in name.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements || !s_names.TryGetValue(part.GetSingleElementType().Value ?? "", out var attribute) || TextOf(part) is not { } text)
            {
                continue;
            }

            var count = counts.GetValueOrDefault(attribute);
            if (count < MostOfOneName)
            {
                counts[attribute] = count + 1;
                attributes.TryAdd($"{prefix}.{attribute}", text);
                attributes[$"{prefix}.{attribute}.{count}"] = text;
            }
        }
    }

    private static string? TextOf(X500RelativeDistinguishedName part)
    {
        try
        {
            return part.GetSingleElementValue();
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return null; // of a type that is no text
        }
    }
}
