using System.Security.Cryptography.X509Certificates;

namespace Roost.Identity.Certificates;

/// <summary>A CA whose client certificates are taken.</summary>
/// <param name="Chain">Itself first, then those up to the root. Only what has the first in its chain is taken.</param>
/// <param name="IsOwn">The gateway's, at present or formerly.</param>
/// <param name="Registers">Certificates that nobody has registered are, when they first come.</param>
/// <param name="Activates">And are let in at once; else they wait for somebody to activate them.</param>
/// <param name="Policy">Attached to those; null: none.</param>
internal sealed record AuthorityRecord(
    string Fingerprint, X509Certificate2Collection Chain, bool IsOwn, bool Registers, bool Activates, string? Policy, ThingSource ThingFrom, DateTimeOffset CreatedAt)
{
    public X509Certificate2 Certificate => Chain[0];
}
