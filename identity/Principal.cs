namespace Roost.Identity;

/// <summary>A credential that was checked and is good, and whose it is. Policies are attached to it, or to groups of its thing.</summary>
public sealed record Principal
{
    public required PrincipalKind Kind { get; init; }

    /// <summary>A certificate's SHA-256 fingerprint (64 lower-case hexadecimal digits), a user name, a token's or an access key's identifier.</summary>
    public required string Name { get; init; }

    /// <summary>The thing whose credential it is; null: none's, as of an app or an operator.</summary>
    public string? Thing { get; init; }

    /// <summary>From then on the credential holds no longer; null: for ever.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of a certificate, for policy variables: <c>Certificate.Subject.CommonName</c> and the like, without <c>iot:</c>.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    /// <summary>Unique over all kinds: <c>cert/FINGERPRINT</c>, <c>user/NAME</c>, <c>token/ID</c>, <c>key/ID</c>. What policies are attached to.</summary>
    public string Id => $"{PrefixOf(Kind)}/{Name}";

    /// <summary>Whose sessions its clients take up: the thing's, whatever credential it shows, so that a certificate can be changed for another.</summary>
    public string Owner => Thing is null ? Id : $"thing/{Thing}";

    public override string ToString() => Thing is null ? Id : $"{Id} of thing {Thing}";

    private static string PrefixOf(PrincipalKind kind) => kind switch
    {
        PrincipalKind.Certificate => "cert",
        PrincipalKind.User => "user",
        PrincipalKind.Token => "token",
        _ => "key",
    };
}
