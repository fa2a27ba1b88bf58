namespace Roost.Identity;

/// <summary>Why a credential is not taken: for the audit and the log. A client learns only that it is not let in.</summary>
public enum CredentialFault
{
    /// <summary>None: it is good.</summary>
    None,

    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>Nobody here has it.</summary>
    Unknown,

    /// <summary>The password, secret or signature is wrong.</summary>
    WrongSecret,

    Expired,

    NotYetValid,

    Revoked,

    /// <summary>It waits for its activation.</summary>
    Inactive,

    /// <summary>No authority that this gateway trusts has signed it.</summary>
    UntrustedAuthority,

    /// <summary>Its key or signature can be forged.</summary>
    Weak,

    /// <summary>A signed request whose time is too far from ours.</summary>
    ClockSkew,

    /// <summary>A signed request that was made before.</summary>
    Replayed,

    /// <summary>Too many wrong ones came before it, by this name or from this address.</summary>
    LockedOut,

    /// <summary>It was not looked at, as too many others wait to be: the client shall come again later.</summary>
    Busy,
}
