using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Tests.Certificates;

public sealed class SigningRequestTests
{
    private IdentityRig _rig = null!;

    [SetUp]
    public async Task StartAsync() => _rig = await IdentityRig.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _rig.DisposeAsync();

    [Test]
    public async Task Its_key_is_taken_and_nothing_else_that_it_asks_for()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("gateway.local");
        var request = Forge.Request(
            key, HashAlgorithmName.SHA256, "CN=admin,O=Everybody",
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true),
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false), names.Build());
        await _rig.Things.PutAsync(new ThingChange("vac-1"), ChangedBy.Local);

        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { Thing = "vac-1", SigningRequest = request }, ChangedBy.Local);

        using var certificate = X509Certificate2.CreateFromPem(issued.Certificate);
        Assert.That(issued.PrivateKey, Is.Null);
        Assert.That(certificate.Subject, Is.EqualTo("CN=vac-1"));
        Assert.That(certificate.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
        Assert.That(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
        Assert.That(certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages[0].Value, Is.EqualTo("1.3.6.1.5.5.7.3.2"));
        Assert.That(certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>(), Is.Empty);
    }

    [TestCase("rsa:2048")]
    [TestCase("rsa:4096")]
    [TestCase("ec:P-256")]
    [TestCase("ec:P-384")]
    [TestCase("ec:P-521")]
    public async Task One_that_OpenSSL_made_is_taken(string key)
    {
        var issued = await _rig.Certificates.IssueAsync(new CertificateOrder { SigningRequest = await MakeAsync(key) }, ChangedBy.Local);

        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "ca.crt"), issued.Authority);
        await File.WriteAllTextAsync(Path.Combine(_rig.Folder, "client.crt"), issued.Certificate);
        Assert.That(
            await OpenSsl.RunAsync("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", Path.Combine(_rig.Folder, "ca.crt"), Path.Combine(_rig.Folder, "client.crt")), Does.EndWith("OK\n"));
    }

    [TestCase("rsa:1024", "-sha256", "1024")]
    [TestCase("rsa:2048", "-sha1", "signature")]
    [TestCase("rsa:2048", "-md5", "signature")]
    [TestCase("ec:P-224", "-sha256", "curve")]
    [TestCase("ec:secp256k1", "-sha256", "curve")]
    [TestCase("ed25519", "", "openssl req")]
    public async Task A_weak_one_is_refused_with_a_remedy(string key, string hash, string reason)
    {
        var request = await MakeAsync(key, hash);

        Assert.That(
            () => _rig.Certificates.IssueAsync(new CertificateOrder { SigningRequest = request }, ChangedBy.Local),
            Throws.TypeOf<ChangeRefusedException>().With.Message.Contains(reason));
    }

    [Test]
    public void One_whose_sender_does_not_hold_the_key_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = Forge.Request(key, HashAlgorithmName.SHA256);
        var bytes = Convert.FromBase64String(string.Concat(pem.Split('\n')[1..^1]));
        for (var place = bytes.Length - 1; place > bytes.Length - 30; place--)
        {
            var forged = (byte[])bytes.Clone();
            forged[place] ^= 0x01;

            Assert.That(
                () => _rig.Certificates.IssueAsync(new CertificateOrder { SigningRequest = new string(PemEncoding.Write("CERTIFICATE REQUEST", forged)) }, ChangedBy.Local),
                Throws.TypeOf<ChangeRefusedException>(), $"byte {place}");
        }
    }

    [TestCase("")]
    [TestCase("hello")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----")]
    [TestCase("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----")]
    public void What_is_no_request_is_refused(string text) =>
        Assert.That(() => _rig.Certificates.IssueAsync(new CertificateOrder { SigningRequest = text }, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());

    [Test]
    public void A_huge_one_is_not_looked_at() =>
        Assert.That(() => _rig.Certificates.IssueAsync(new CertificateOrder { SigningRequest = new string('A', 1 << 20) }, ChangedBy.Local), Throws.TypeOf<ChangeRefusedException>());

    private async Task<string> MakeAsync(string key, string hash = "-sha256")
    {
        string[] kind = key.StartsWith("ec:", StringComparison.Ordinal) ? ["ec", "-pkeyopt", "ec_paramgen_curve:" + key[3..]] : [key];
        string[] digest = hash.Length == 0 ? [] : [hash];
        var path = Path.Combine(_rig.Folder, "request.csr");
        await OpenSsl.RunAsync(["req", "-new", "-newkey", .. kind, .. digest, "-nodes", "-keyout", "/dev/null", "-subj", "/CN=robot", "-out", path]);
        return await File.ReadAllTextAsync(path);
    }
}
