using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity;

/// <summary>Judges client certificates: MQTT's and HTTP's alike. Any thread may call.</summary>
public interface ICertificateChecks
{
    /// <summary>The whole judgement: chain, dates, strength, revocation, and that it is one of ours. Registers it where its authority registers just in time.</summary>
    /// <param name="intermediates">Whatever the client sent beside its certificate.</param>
    ValueTask<CredentialCheck> CheckAsync(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> intermediates, CancellationToken cancellationToken);
}
