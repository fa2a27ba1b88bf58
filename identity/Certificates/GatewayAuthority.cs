using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Roost.Identity.Certificates;

/// <summary>The gateway's own CA: made at the first start, and never again. Any thread may call.</summary>
internal sealed class GatewayAuthority(IOptions<IdentityOptions> options, AuthorityStore store, TrustedTime time, ILogger<GatewayAuthority> logger) : IIdentityPart, IDisposable
{
    private const int NameBytes = 4;
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(365.25 * 30);

    private readonly Lock _gate = new();
    private ECDsa? _key;
    private X509Certificate2Collection _chain = [];

    /// <summary>What signs; the gateway's own certificate, be it self-signed or of the owner's CA.</summary>
    public X509Certificate2 Certificate => _chain[0];

    /// <summary>Those between it and its root, without the root.</summary>
    public IEnumerable<X509Certificate2> Intermediates => _chain.Where(static certificate => !IsSelfSigned(certificate));

    /// <summary>PEM: what clients check the server's certificate with.</summary>
    public string RootPem => _chain[^1].ExportCertificatePem() + "\n";

    public string ChainPem => _chain.ExportCertificatePems() + "\n";

    private string Folder => options.Value.Folder;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        PrivateFile.Tidy(Folder);
        if (AuthorityFile.TryRead(Folder) is { } found)
        {
            (_key, _chain) = found;
        }
        else if (store.HasOwn())
        {
            throw new IdentityDamagedException(
                $"{Path.Combine(Folder, AuthorityFile.Name)}, the gateway's CA, is gone, and things have certificates of it. No other is made by itself, as no robot would trust it; put it back from a backup");
        }
        else
        {
            _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            _chain = [CertificateMaker.Authority(_key, $"Roost gateway {Environment.MachineName} {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(NameBytes))}", time.Now + s_validity)];
            await AuthorityFile.WriteAsync(Folder, _key, _chain);
            logger.AuthorityMade(Certificate.Subject, Fingerprints.Of(Certificate));
        }

        await store.RememberOwnAsync(_chain, time.Now, cancellationToken); // after a kill between the two, too
    }

    /// <summary>Signs with the CA's key.</summary>
    public X509Certificate2 Sign(Func<X509Certificate2, ECDsa, X509Certificate2> make)
    {
        lock (_gate) // an ECDsa is one thread's at a time
        {
            return make(Certificate, _key!);
        }
    }

    /// <summary>A request in PEM for the CA's key and name, for the owner's CA to sign.</summary>
    public string CreateSigningRequest()
    {
        lock (_gate)
        {
            return CertificateMaker.AuthorityRequest(_key!, Certificate.SubjectName).CreateSigningRequestPem() + "\n";
        }
    }

    /// <summary>From here on the gateway's CA is what the owner's has signed. What it has signed before stays good: key and name are the same.</summary>
    /// <param name="chain">In PEM: the certificate for <see cref="CreateSigningRequest"/>, then those up to the root, which is the last one.</param>
    /// <exception cref="ChangeRefusedException">It is no such chain; nothing was changed.</exception>
    public async Task InstallAsync(string chain, CancellationToken cancellationToken)
    {
        var certificates = AuthorityChains.Read(chain, time.Now);
        if (!AuthorityFile.IsKeyOf(_key!, certificates[0]))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "the first certificate is not for this gateway's key; have the request of 'roost ca csr' signed, and put that certificate first");
        }

        if (!certificates[0].SubjectName.RawData.AsSpan().SequenceEqual(Certificate.SubjectName.RawData))
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, $"the first certificate is for '{certificates[0].Subject}', but robots know this gateway's CA as '{Certificate.Subject}'; have it signed with the request's subject");
        }

        await store.RememberOwnAsync(certificates, time.Now, cancellationToken);
        await AuthorityFile.WriteAsync(Folder, _key!, certificates);
        lock (_gate)
        {
            _chain = certificates;
        }
    }

    public void Dispose() => _key?.Dispose();

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
