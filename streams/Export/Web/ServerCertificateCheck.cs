using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Streams.Export.Web;

/// <summary>Says in words why a server's certificate is not accepted: the framework says only that it is not.</summary>
internal sealed class ServerCertificateCheck(string host, string? ca, TimeProvider clock, string section)
{
    /// <returns>True: there is nothing wrong with it.</returns>
    /// <exception cref="ServerCertificateException">There is.</exception>
    public bool Accept(X509Certificate? presented, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (presented is not X509Certificate2 certificate)
        {
            throw new ServerCertificateException("it presents no certificate; is it the right port?", isClock: false);
        }

        var statuses = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? X509ChainStatusFlags.NoError;
        var now = clock.GetUtcNow().UtcDateTime;
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        throw statuses switch
        {
            _ when now < from => new ServerCertificateException($"its certificate is valid only from {Time(from)}, and this machine's clock says {Time(now)}; if that is wrong, set it", isClock: true),
            _ when now > until => new ServerCertificateException($"its certificate expired at {Time(until)}, and this machine's clock says {Time(now)}; renew the server's certificate", isClock: false),
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) => new ServerCertificateException($"its certificate is not for '{host}' but for {Names(certificate)}; correct the address or the server's certificate", isClock: false),
            _ when statuses.HasFlag(X509ChainStatusFlags.UntrustedRoot) || statuses.HasFlag(X509ChainStatusFlags.PartialChain) => new ServerCertificateException(
                $"its certificate comes from an authority that is not known here, {Text(certificate.Issuer)}; {(ca is null ? $"name that authority's certificate as {section}.ca" : $"{ca} does not have it")}", isClock: false),
            _ => new ServerCertificateException($"its certificate is not accepted: {string.Join("; ", chain?.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')) ?? [$"{errors}"])}", isClock: false),
        };
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm'Z'");

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .Take(5).ToList();
        return names.Count > 0 ? string.Join(", ", names.Select(Text)) : Text(certificate.Subject);
    }

    /// <summary>What a stranger wrote into a certificate.</summary>
    private static string Text(string text) => AnswerText.Clean(text);
}
