using System.Security.Cryptography.X509Certificates;

namespace Roost.Gateway.Http.Tls;

/// <summary>Feature of a connection with TLS: what the client has shown in its handshake. Nobody has judged it yet.</summary>
internal sealed class PeerCertificate(ServerIdentity server)
{
    private const int MaxIntermediates = 8;

    /// <summary>What we have shown.</summary>
    public ServerIdentity Server { get; } = server;

    /// <summary>Null: none.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>Whatever the client sent beside its certificate.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; private set; } = [];

    /// <summary>Of the handshake, which owns the given objects: copies are kept.</summary>
    /// <returns>False: the chain is longer than any that could be good; the handshake fails.</returns>
    public bool TryKeep(X509Certificate certificate, X509Chain? chain)
    {
        var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var sent = (chain?.ChainPolicy.ExtraStore ?? []).Where(one => !one.RawDataMemory.Span.SequenceEqual(own.RawDataMemory.Span)).ToList();
        if (sent.Count > MaxIntermediates)
        {
            own.Dispose();
            return false;
        }

        (Certificate, Intermediates) = (own, [.. sent.Select(one => X509CertificateLoader.LoadCertificate(one.RawDataMemory.Span))]);
        return true;
    }
}
