namespace Roost.Identity.Provisioning;

/// <summary>A certificate that was handed out to a device, and the token with which the device says so.</summary>
/// <param name="Hash">SHA-256 of the token, which itself is kept nowhere.</param>
/// <param name="Fingerprint">Of the certificate.</param>
/// <param name="Pem">The certificate, for the hook.</param>
/// <param name="Principal">Whose request it was, <see cref="Identity.Principal.Id"/>: nobody else's token is good.</param>
/// <param name="Client">Its client identifier: a claim is shared by many devices.</param>
internal sealed record Ownership(string Hash, string Fingerprint, string Pem, string Principal, string Client, DateTimeOffset ExpiresAt)
{
    public OwnershipState State { get; init; }

    /// <summary>From where it was asked for (<see cref="ProvisioningCaller.Address"/>); null after a restart.</summary>
    public string? Address { get; init; }

    /// <summary>Whose it is to be; null: nobody's, or not known yet.</summary>
    public string? Thing { get; init; }

    /// <summary>Whether the thing is made for it: where that fails the thing goes too.</summary>
    public bool MakesThing { get; init; }

    /// <summary>SHA-256 of the request that is done, and its answer, in JSON.</summary>
    public string? Request { get; init; }

    public string? Answer { get; init; }
}
