using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Mqtt.Client.Transport;

/// <summary>Says in words why a server's certificate is refused.</summary>
internal static class CertificateFault
{
    /// <returns>Null when there is nothing to refuse.</returns>
    public static string? Describe(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string host, DateTimeOffset now)
    {
        if (errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is not X509Certificate2 shown)
        {
            return "the server shows no certificate";
        }

        var faults = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            faults.Add($"it is for {NamesOf(shown)}, not for {host}: connect by a name that it has, or have one issued for {host}");
        }

        foreach (var status in chain?.ChainStatus ?? [])
        {
            var fault = Describe(status, shown, now);
            if (!faults.Contains(fault))
            {
                faults.Add(fault);
            }
        }

        return $"the server's certificate ({shown.Subject}) is refused: {string.Join("; ", faults)}";
    }

    private static string Describe(X509ChainStatus status, X509Certificate2 certificate, DateTimeOffset now) => status.Status switch
    {
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain =>
            $"no authority that we trust has signed it (issuer: {certificate.Issuer}); configure that authority's certificate",
        X509ChainStatusFlags.NotTimeValid when now.LocalDateTime < certificate.NotBefore =>
            $"it is not valid before {Day(certificate.NotBefore)}, and this machine's clock says {Day(now.LocalDateTime)}: the clock is probably wrong; set it, or wait until it is (NTP)",
        X509ChainStatusFlags.NotTimeValid =>
            $"it is valid from {Day(certificate.NotBefore)} to {Day(certificate.NotAfter)}, or one above it has expired; renew it, or set this machine's clock",
        X509ChainStatusFlags.Revoked => "it was revoked; have another issued",
        _ => status.StatusInformation.TrimEnd('.', ' '),
    };

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension alternative)
            {
                names.AddRange(alternative.EnumerateDnsNames());
                names.AddRange(alternative.EnumerateIPAddresses().Select(address => address.ToString()));
            }
        }

        return names.Count > 0 ? string.Join(", ", names) : "no name at all";
    }

    private static string Day(DateTime local) => local.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
