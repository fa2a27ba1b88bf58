namespace Roost.Identity;

/// <summary>A capability whose credentials end: it registers one, and <see cref="IExpiringCredentials"/> shows them with all others.</summary>
public interface ICredentialExpiries
{
    /// <summary>Those that let somebody in, and have an end.</summary>
    IEnumerable<ExpiringCredential> Credentials { get; }
}
