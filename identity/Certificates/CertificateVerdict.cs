namespace Roost.Identity.Certificates;

/// <summary>What a certificate is worth, but for its dates and its status, which change by themselves.</summary>
/// <param name="Authority">Null: it was registered without one.</param>
internal sealed record CertificateVerdict(AuthorityRecord? Authority, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    public CredentialFault Fault { get; private init; }

    public string Reason { get; private init; } = "";

    /// <summary>For policy variables; null: not looked up.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    public static CertificateVerdict Refuse(CredentialFault fault, string reason) => new(null, default, default) { Fault = fault, Reason = reason };
}
