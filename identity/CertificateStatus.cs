namespace Roost.Identity;

/// <summary>What a client certificate is good for. The names are AWS IoT's.</summary>
public enum CertificateStatus
{
    /// <summary>Lets its holder in.</summary>
    Active,

    /// <summary>Does not, until it is activated.</summary>
    Inactive,

    /// <summary>Came with a client whose authority registers just in time, and waits for somebody to activate it.</summary>
    PendingActivation,

    /// <summary>Never again.</summary>
    Revoked,
}
