using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Roost.Identity.Certificates;

namespace Roost.Identity.Logins;

/// <summary>The apps that are awaited, in memory alone: a restart of the daemon ends their codes. Any thread may call.</summary>
internal sealed class Pairings(Tokens tokens, CredentialChanges changes, IGatewayTls tls, IClientCertificates certificates, PasswordHashing hashing, TrustedTime trusted, TimeProvider time)
{
    /// <summary>Wrong proofs from one address, after which no more of it are looked at: whoever guesses keeps nobody else from pairing.</summary>
    public const int MostTriesOfOne = 5;

    /// <summary>Wrong proofs from anywhere, after which a code is no longer taken: 10,000 of 2^40, from 2,000 addresses.</summary>
    public const int MostTries = 10_000;

    private const int MostAwaited = 8;

    private readonly Lock _gate = new();
    private readonly List<Pairing> _awaited = [];

    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(5);

    /// <summary>SHA-256 of the gateway's CA certificate, DER.</summary>
    public byte[] AuthorityFingerprint()
    {
        using var authority = X509Certificate2.CreateFromPem(certificates.AuthorityPem);
        return authority.GetCertHash(HashAlgorithmName.SHA256);
    }

    public string AuthorityPem => certificates.AuthorityPem;

    /// <returns>The pairing, and its code, which is shown once.</returns>
    /// <exception cref="ChangeRefusedException">A policy is not there, or too many apps are awaited.</exception>
    public async Task<(Pairing Pairing, string Code)> BeginAsync(string label, IReadOnlyList<string> policies, TimeSpan? tokenLasts, ChangedBy by)
    {
        LoginNames.CheckLabel(label);
        changes.CheckPolicies(policies);
        var code = PairingProof.NewCode();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(tls.CertificateFile);
        var key = PairingProof.KeyOf(code, certificate.GetCertHash(HashAlgorithmName.SHA256), Math.Min(hashing.Iterations, PairingProof.Iterations));
        var pairing = new Pairing(Base32.Random(12), label, policies, tokenLasts, key, time.GetUtcNow() + Lifetime, time.GetTimestamp());
        lock (_gate)
        {
            Tidy();
            if (_awaited.Count >= MostAwaited)
            {
                throw new ChangeRefusedException(ChangeFault.LimitExceeded, $"{MostAwaited} apps are awaited already. Wait for their codes to end.");
            }

            _awaited.Add(pairing);
        }

        await changes.RecordAsync(by, "app.await", $"pairing/{pairing.Id}", thing: null);
        return (pairing, code);
    }

    public IReadOnlyList<Pairing> List()
    {
        lock (_gate)
        {
            Tidy();
            return [.. _awaited];
        }
    }

    /// <exception cref="ChangeRefusedException">It is not awaited.</exception>
    public Task CancelAsync(string id, ChangedBy by)
    {
        lock (_gate)
        {
            if (_awaited.RemoveAll(pairing => pairing.Id == id) == 0)
            {
                throw new ChangeRefusedException(ChangeFault.NotFound, "There is no such pairing; its code was used, or its time is over.");
            }
        }

        return changes.RecordAsync(by, "app.cancel", $"pairing/{id}", thing: null);
    }

    /// <param name="source">From where; null: a unix socket.</param>
    /// <returns>Whose proof it is, which is no longer awaited then; null: nobody's, and one try less from there for all that are.</returns>
    public Pairing? TryTake(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> proof, IPAddress? source)
    {
        var from = source is null ? "local" : GuessingSource.Network(source);
        lock (_gate)
        {
            Tidy();
            Pairing? found = null;
            foreach (var pairing in _awaited.Where(pairing => pairing.TriesOf(from) < MostTriesOfOne))
            {
                if (CryptographicOperations.FixedTimeEquals(PairingProof.OfApp(pairing.Key, nonce), proof))
                {
                    found = pairing;
                }
            }

            if (found is not null)
            {
                _awaited.Remove(found);
                return found;
            }

            _awaited.ForEach(pairing => pairing.Fail(from));
            _awaited.RemoveAll(pairing => pairing.Tries >= MostTries);
            return null;
        }
    }

    public Task<NewToken> CreateTokenAsync(Pairing pairing, ChangedBy by, CancellationToken cancellationToken) =>
        tokens.CreateAsync(pairing.Label, trusted.Now + pairing.TokenLasts, thing: null, pairing.Policies, isApp: true, by, cancellationToken);

    private void Tidy() => _awaited.RemoveAll(pairing => time.GetElapsedTime(pairing.MadeAt) >= Lifetime);
}
