namespace Roost.Identity;

/// <summary>A signature whose outer form is judged; <see cref="Finish"/> judges the rest.</summary>
public sealed class SignatureCheck
{
    /// <summary>What is signed where the body is not: the sender relies on TLS for it.</summary>
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private readonly Func<string, CredentialCheck>? _finish;

    internal SignatureCheck(CredentialCheck refused) => Refused = refused;

    internal SignatureCheck(string? payloadHash, Func<string, CredentialCheck> finish) => (PayloadHash, _finish) = (payloadHash, finish);

    /// <summary>Null: so far nothing is wrong with it.</summary>
    public CredentialCheck? Refused { get; }

    /// <summary>
    /// SHA-256 of the body as the request states it, in lower-case hexadecimal, or <see cref="UnsignedPayload"/>. Null: it states none, so that the body has
    /// to be hashed before <see cref="Finish"/>. Where it states one, the body has to be compared with it.
    /// </summary>
    public string? PayloadHash { get; }

    /// <summary>Compares the signature. Once, and only where nothing was refused.</summary>
    /// <param name="payloadHash">As stated, or computed from the body.</param>
    public CredentialCheck Finish(string payloadHash) => _finish!(payloadHash);
}
